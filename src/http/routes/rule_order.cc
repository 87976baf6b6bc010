// Changes the evaluation order of rules as a whole: contract section 5.
#include "intake/rule_order.h"

#include <set>

#include "http/routes/response.h"
#include "http/routes/rule_view.h"

namespace beckon::http {
namespace {

constexpr std::size_t kBodyBytes = std::size_t{160} << 10;  // enough for the ids of a handle's maximum of rules

// Ids of existing rules, each once.
Result<std::vector<RuleId>> asked_order(Request& request, const rules::StoredRules& rules) {
  const auto body = object_of(request);
  if (!body) return unexpected(body.error());
  Issues issues;
  refuse_unknown(body->root(), {"ruleIds"}, issues);
  const json::Value* given = body->root().find("ruleIds");
  std::vector<RuleId> ids;
  if (!given || !given->is_array() || given->items().empty()) {
    issues.add("ruleIds", given ? "must be a list of at least one rule's id" : "is required: a list of rules' ids");
    return unexpected(issues.fault());
  }
  std::set<std::string, std::less<>> known, named;
  for (const rules::StoredRule& rule : rules.rules) known.insert(rule.id.text);
  for (const json::Value& item : given->items()) {
    const std::string field = "ruleIds[" + std::to_string(ids.size()) + "]";
    ids.emplace_back(item.is_string() ? item.text() : "");
    if (!item.is_string())
      issues.add(field, "must be the id of a rule");
    else if (!known.contains(item.text()))
      issues.add(field, "is not the id of a rule of this handle");
    else if (!named.insert(ids.back().text).second)
      issues.add(field, "is named twice");
  }
  if (!issues.empty()) return unexpected(issues.fault());
  return ids;
}

// `version`: in force after the change.
Response answer(const Request& request, const rules::StoredRules& before, const rules::StoredRules& next,
                std::uint64_t version) {
  std::string body;
  json::Writer writer(body);
  writer.begin_object().member("rulesVersion", static_cast<std::int64_t>(version)).key("changes").begin_array();
  if (next.version != before.version)
    for (const rules::StoredRule* rule : intake::evaluation_order(next))
      if (rule->rules_version == next.version)
        writer.begin_object()
            .member("ruleId", rule->id.view())
            .member("priority", intake::priority_of(*rule))
            .member("was", intake::priority_of(*intake::find_rule(before, rule->id)))
            .end_object();
  writer.end_array().member("requestId", request.id.view()).end_object();
  Response response = json_response(200, std::move(body));
  response.headers.emplace_back("etag", etag_of(rules::StoredRules{.version = version}));
  return response;
}

Result<Response> change_order(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const auto turn = api.rule_book.turn(handle);
  const auto now = api.rules.rules(handle);
  if (!now) return unexpected(now.error());
  const rules::StoredRules saved = intake::as_saved(*now);
  auto ids = asked_order(request, saved);
  if (!ids) return unexpected(ids.error());
  if (!may_change(request.header("if-match"), etag_of(*now)))
    return unexpected(Fault{.code = FaultCode::kPreconditionFailed,
                            .message = "The rules have changed in the meantime; their version is now " +
                                       std::to_string(now->version) + ". Read them again and repeat the change."});
  const Instant at = api.clock.now();
  const rules::StoredRules next = intake::in_order(saved, *ids, at);
  if (next.version != now->version) {
    const intake::RuleChange change{.handle = handle,
                                    .by = caller_of(request),
                                    .action = "rules.order",
                                    .target = std::to_string(next.version),
                                    .ordered = std::move(*ids),
                                    .at = at};
    const auto done = api.rule_book.commit(change, *now, next);
    if (!done) return unexpected(done.error());
    return answer(request, saved, next, done->version);
  }
  return answer(request, saved, next, next.version);
}

}  // namespace

void add_rule_order(Api& api, std::vector<Route>& routes) {
  routes.push_back(control(api, Method::kPatch, "/v2/handles/{handle}/chain-rules/order", creator("chain.rules.write"),
                           change_order, "Change the order in which rules are evaluated"));
  routes.back().shares_name = true;  // with a rule of that id
  routes.back().body_limit = kBodyBytes;
}

}  // namespace beckon::http
