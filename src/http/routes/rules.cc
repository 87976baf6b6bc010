// Chain rules: contract section 5. A rule that cannot be evaluated is refused here, so nothing fails at resolve.
#include "http/routes/paging.h"
#include "http/routes/response.h"
#include "http/routes/rule_view.h"
#include "rules/language/check_rule.h"
#include "rules/lint/lint.h"
#include "system/zones.h"

namespace beckon::http {
namespace {

using rules::StoredRule;
using rules::StoredRules;

constexpr std::size_t kMostRules = 2'000;  // per handle

Fault outdated(const StoredRule* now) {
  return {.code = FaultCode::kPreconditionFailed,
          .message = now ? "The rule has changed in the meantime; its ETag is now " + etag_of(*now) +
                               ". Read it again and repeat the change."
                         : "If-Match was sent, but the rule does not exist; omit the header to create it."};
}

// The linter's warnings for the rule among the others, and warnings from what is known about visitors.
std::string warnings_of(const Api& api, const Handle& handle, const RuleId& id, const StoredRules& rules) {
  const auto tenant = api.places.tenants.find(handle.text);
  const commit::HandleSettings& settings = tenant ? (*tenant)->settings : api.server_defaults;
  auto warnings = rules::lint_rule(id, rules, system_zones(), settings.declared(), settings.retention, api.clock.now());
  if (const StoredRule* rule = intake::find_rule(rules, id); rule && tenant)
    warn_of_missing_traits(api, **tenant, *rule, warnings);
  return rules::to_json(warnings);
}

Response answer(const Api& api, int status, const Request& request, const StoredRule& rule, const StoredRules& rules) {
  const std::string warnings = warnings_of(api, Handle{request.param("handle")}, rule.id, rules);
  Response response = json_response(status, rule_json(rule, Answered{request, warnings}));
  response.headers.emplace_back("etag", etag_of(rule));
  return response;
}

intake::RuleChange change_of(const Api& api, const Request& request, std::string action) {
  return {.handle = Handle{request.param("handle")},
          .by = caller_of(request),
          .action = std::move(action),
          .target = request.param("ruleId"),
          .rule = RuleId{request.param("ruleId")},
          .at = api.clock.now()};
}

Result<std::string> checked_body(Request& request, const RuleId& id, const rules::Declared& declared,
                                 const rules::Counters& counters) {
  const auto given = object_of(request);
  if (!given) return unexpected(given.error());
  return checked_rule(id, given->root(), declared, &counters);
}

Result<Response> put_rule(Api& api, Request& request) {
  const intake::RuleChange change = change_of(api, request, "rule.put");
  const RuleId id{change.target};
  const auto turn = api.rule_book.turn(change.handle);
  const auto checked =
      checked_body(request, id, api.rule_book.declared(change.handle), api.rule_book.counters(change.handle));
  if (!checked) return unexpected(checked.error());
  const auto stored = api.rules.rules(change.handle);
  if (!stored) return unexpected(stored.error());
  const StoredRules saved = intake::as_saved(*stored);
  const StoredRule* before = intake::find_rule(saved, id);
  if (!may_change(request.header("if-match"), before ? etag_of(*before) : "")) return unexpected(outdated(before));
  if (!before && saved.rules.size() >= kMostRules)
    return unexpected(Fault{.code = FaultCode::kConflict,
                            .message = "This handle has reached the limit of 2,000 rules; delete one first."});
  const int status = before ? 200 : 201;
  const StoredRules next = intake::with_change(*stored, id, *checked, change.at);
  auto in_force = api.rule_book.commit(change, *stored, next);
  if (!in_force) return unexpected(in_force.error());
  const StoredRules now = intake::as_saved(std::move(*in_force));
  return answer(api, status, request, *intake::find_rule(now, id), now);
}

Result<Response> remove_rule(Api& api, Request& request) {
  const intake::RuleChange change = change_of(api, request, "rule.delete");
  const RuleId id{change.target};
  const auto turn = api.rule_book.turn(change.handle);
  const auto stored = api.rules.rules(change.handle);
  if (!stored) return unexpected(stored.error());
  const StoredRules saved = intake::as_saved(*stored);
  const StoredRule* before = intake::find_rule(saved, id);
  if (!before) return unexpected(not_found("rule"));
  if (!may_change(request.header("if-match"), etag_of(*before))) return unexpected(outdated(before));
  const StoredRules next = intake::with_change(*stored, id, "", change.at);
  if (auto done = api.rule_book.commit(change, *stored, next); !done) return unexpected(done.error());
  return no_content();
}

Result<Response> get_rule(Api& api, Request& request) {
  auto stored = api.rules.rules(Handle{request.param("handle")});
  if (!stored) return unexpected(stored.error());
  const StoredRules saved = intake::as_saved(std::move(*stored));
  const StoredRule* rule = intake::find_rule(saved, RuleId{request.param("ruleId")});
  if (!rule) return unexpected(not_found("rule"));
  return answer(api, 200, request, *rule, saved);
}

// In the order of their ids.
Result<Response> list_rules(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  auto stored = api.rules.rules(handle);
  if (!stored) return unexpected(stored.error());
  *stored = intake::as_saved(std::move(*stored));
  const auto text = [](const StoredRule& rule) { return rule_json(rule); };
  const auto place = [](const StoredRule& rule) { return std::pair{Instant{}, rule.id.text}; };
  auto response =
      list_page(request, "chain-rules " + handle.text, std::span<const StoredRule>{stored->rules}, place, text);
  if (response) {
    response->body.insert(1, "\"rulesVersion\":" + std::to_string(stored->version) + ",");
    response->headers.emplace_back("etag", etag_of(*stored));
  }
  return response;
}

}  // namespace

void add_rules(Api& api, std::vector<Route>& routes) {
  constexpr std::string_view kOne = "/v2/handles/{handle}/chain-rules/{ruleId}";
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/chain-rules", creator("chain.rules.read"),
                           list_rules, "List rules"));
  routes.push_back(control(api, Method::kGet, kOne, creator("chain.rules.read"), get_rule, "A rule"));
  routes.push_back(
      control(api, Method::kPut, kOne, creator("chain.rules.write"), put_rule, "Create or replace a rule"));
  routes.push_back(control(api, Method::kDelete, kOne, creator("chain.rules.write"), remove_rule, "Delete a rule"));
  add_rule_order(api, routes);
  add_rule_versions(api, routes);
  add_rule_difference(api, routes);
  add_simulations(api, routes);
  add_rule_preview(api, routes);
}

}  // namespace beckon::http
