// Chain rules: contract section 5. A rule that cannot be evaluated is refused here: nothing fails at resolve.
#include <mutex>

#include "http/routes/answer.h"
#include "http/routes/rule_view.h"

namespace beckon::http {
namespace {

using rules::RuleSet;
using rules::StoredRule;
using rules::StoredRules;

constexpr std::size_t kMostRules = 2'000;  // of a handle

// Changes of rules come one after the other, so that reading and compiling them is done here and not on the committing
// thread, where everything else would wait for it.
struct Turn {
  std::mutex mutex;
};

decision::TenantPtr tenant_of(const decision::Tenants& tenants, const Handle& handle) {
  for (const auto& tenant : tenants.all())
    if (tenant->handle == handle) return tenant;
  return nullptr;
}

// Committing thread, after the commit. False: the handle is so new that it is not in memory yet.
bool publish(decision::Tenants& tenants, const Handle& handle, std::shared_ptr<const RuleSet> rules) {
  const auto now = tenant_of(tenants, handle);
  if (!now) return false;
  auto next = std::make_shared<decision::Tenant>(*now);
  next->rules = std::move(rules);
  tenants.put(std::move(next));
  return true;
}

struct Change {
  Handle handle;
  RuleId id;
  std::string json;  // empty: the rule is deleted
  std::string actor;
  Instant at{};
};

// Caller holds the turn. `next` are the rules with the change in them.
std::optional<Fault> commit(Api& api, const Change& change, const StoredRules& next) {
  auto compiled = RuleSet::compile(next);
  if (!compiled) return compiled.error();
  const auto rules = std::make_shared<const RuleSet>(std::move(*compiled));
  bool published = false;
  const auto fault = api.committer.execute([&](decision::Draft& draft) -> std::optional<Fault> {
    draft.batch().rules.push_back({change.handle, change.id, next.version, change.json, change.at});
    draft.audit(change.handle, change.actor, change.json.empty() ? "rule.delete" : "rule.put", change.id.view(),
                "{\"rulesVersion\":" + std::to_string(next.version) + "}");
    draft.after_commit([&] { published = publish(draft.places().tenants, change.handle, rules); });
    return std::nullopt;
  });
  if (!fault && !published) api.reload();
  return fault;
}

Fault outdated(const StoredRule* now) {
  return {.code = FaultCode::kPreconditionFailed,
          .message = now ? "The rule was changed meanwhile, its ETag is " + etag_of(*now) + " now; read it again and repeat the change."
                         : "If-Match asks for a rule that is there, and there is none; leave the header out to make it."};
}

Response answer(int status, const Request& request, const StoredRule& rule) {
  Response response = json_response(status, rule_json(rule, &request));
  response.headers.emplace_back("etag", etag_of(rule));
  return response;
}

Change change_of(const Api& api, const Request& request) {
  return {.handle = Handle{request.param("handle")}, .id = RuleId{request.param("ruleId")}, .actor = principal_of(request).subject, .at = api.clock.now()};
}

Result<std::string> checked_body(Request& request, const RuleId& id) {
  const auto given = object_of(request);
  if (!given) return unexpected(given.error());
  const auto rule = json::parse(without_answer_members(given->root()));
  if (!rule) return unexpected(rule.error());
  return rules::check_rule(id, rule->root());
}

Result<Response> put(Api& api, Turn& turn, Request& request) {
  Change change = change_of(api, request);
  auto checked = checked_body(request, change.id);
  if (!checked) return unexpected(checked.error());
  change.json = std::move(*checked);
  const std::lock_guard lock(turn.mutex);
  auto stored = api.rules.rules(change.handle);
  if (!stored) return unexpected(stored.error());
  const StoredRule* before = find(*stored, change.id);
  if (!may_change(request.header("if-match"), before ? etag_of(*before) : "")) return unexpected(outdated(before));
  if (!before && stored->rules.size() >= kMostRules)
    return unexpected(Fault{.code = FaultCode::kConflict, .message = "This handle has 2,000 rules, which is the most; delete one first."});
  const int status = before ? 200 : 201;
  const StoredRules next = with_change(std::move(*stored), change.id, change.json, change.at);
  if (auto fault = commit(api, change, next)) return unexpected(std::move(*fault));
  return answer(status, request, *find(next, change.id));
}

Result<Response> remove(Api& api, Turn& turn, Request& request) {
  const Change change = change_of(api, request);
  const std::lock_guard lock(turn.mutex);
  auto stored = api.rules.rules(change.handle);
  if (!stored) return unexpected(stored.error());
  const StoredRule* before = find(*stored, change.id);
  if (!before) return unexpected(not_found("rule"));
  if (!may_change(request.header("if-match"), etag_of(*before))) return unexpected(outdated(before));
  const StoredRules next = with_change(std::move(*stored), change.id, "", change.at);
  if (auto fault = commit(api, change, next)) return unexpected(std::move(*fault));
  return no_content();
}

Result<Response> get(Api& api, Request& request) {
  const auto stored = api.rules.rules(Handle{request.param("handle")});
  if (!stored) return unexpected(stored.error());
  const StoredRule* rule = find(*stored, RuleId{request.param("ruleId")});
  if (!rule) return unexpected(not_found("rule"));
  return answer(200, request, *rule);
}

// In the order of their ids.
Result<Response> list(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const auto stored = api.rules.rules(handle);
  if (!stored) return unexpected(stored.error());
  const auto text = [](const StoredRule& rule) { return rule_json(rule); };
  const auto place = [](const StoredRule& rule) { return std::pair{Instant{}, rule.id.text}; };
  auto response = list_page(request, "chain-rules " + handle.text, std::span<const StoredRule>{stored->rules}, place, text);
  if (response) response->body.insert(1, "\"rulesVersion\":" + std::to_string(stored->version) + ",");
  return response;
}

}  // namespace

void add_rules(Api& api, std::vector<Route>& routes) {
  constexpr std::string_view kOne = "/v2/handles/{handle}/chain-rules/{ruleId}";
  const auto turn = std::make_shared<Turn>();
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/chain-rules", creator(), list, "The rules of a handle"));
  routes.push_back(control(api, Method::kGet, kOne, creator(), get, "A rule"));
  routes.push_back(control(api, Method::kPut, kOne, creator(), [turn](Api& of, Request& request) { return put(of, *turn, request); },
                           "Make or replace a rule"));
  routes.push_back(control(api, Method::kDelete, kOne, creator(), [turn](Api& of, Request& request) { return remove(of, *turn, request); },
                           "Delete a rule"));
}

}  // namespace beckon::http
