// The versions of a handle's rules: contract section 5. Each change creates one; those still kept can be restored.
#include <limits>

#include "http/routes/paging.h"
#include "http/routes/response.h"
#include "http/routes/rule_view.h"
#include "rules/language/rule.h"

namespace beckon::http {
namespace {

using rules::RulesVersion;

std::string version_text(const RulesVersion& made) {
  std::string text;
  json::Writer writer(text);
  writer.begin_object().member("version", static_cast<std::int64_t>(made.version)).member("at", to_rfc3339(made.at));
  text_or_null(writer, "actor", made.actor);
  writer.member("changed", static_cast<std::int64_t>(made.changed)).key("changes").begin_array();
  for (const RulesVersion::Change& change : made.changes)
    writer.begin_object()
        .member("ruleId", change.rule.text)
        .member("change", change.deleted ? "deleted" : "saved")
        .end_object();
  writer.end_array();
  text_or_null(writer, "tzdata", made.zone_version);
  writer.end_object();
  return text;
}

// Newest first: of all rules, or only those that changed the requested rule.
Result<Response> list_rule_versions(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const auto rule = request.query_param("ruleId");
  if (rule && !rules::is_rule_id(*rule)) {
    Issues issues;
    issues.add("ruleId", "must be the id of a rule");
    return unexpected(issues.fault());
  }
  const std::string what = "rule versions " + handle.text + " " + rule.value_or("");
  const auto page = page_of(request, what);
  if (!page) return unexpected(page.error());
  const std::uint64_t before =
      page->behind ? std::stoull(page->behind->second) : std::numeric_limits<std::int64_t>::max();
  const auto found = rule ? api.rule_history.versions_of(handle, RuleId{*rule}, before, page->limit + 1)
                          : api.rules.versions(handle, before, page->limit + 1);
  if (!found) return unexpected(found.error());
  std::vector<std::string> items;
  for (std::size_t i = 0; i < std::min(found->size(), page->limit); ++i) items.push_back(version_text((*found)[i]));
  const bool more = found->size() > page->limit;
  return list_response(
      request, items,
      more ? cursor_of((*found)[page->limit - 1].at, std::to_string((*found)[page->limit - 1].version), what) : "");
}

Result<std::uint64_t> asked_version(Request& request) {
  const auto body = object_of(request);
  if (!body) return unexpected(body.error());
  Issues issues;
  std::uint64_t version = 0;
  refuse_unknown(body->root(), {"version"}, issues);
  const json::Value* given = body->root().find("version");
  const auto number = given ? given->integer() : std::nullopt;
  if (!given)
    issues.add("version", "is required");
  else if (!number || *number < 0)
    issues.add("version", "must be a version number, or 0 for no rules");
  else
    version = static_cast<std::uint64_t>(*number);
  if (!issues.empty()) return unexpected(issues.fault());
  return version;
}

Response restored(const Request& request, const rules::StoredRules& rules, std::uint64_t equals, std::size_t changed) {
  std::string body;
  json::Writer(body)
      .begin_object()
      .member("rulesVersion", static_cast<std::int64_t>(rules.version))
      .member("equals", static_cast<std::int64_t>(equals))
      .member("changed", static_cast<std::int64_t>(changed))
      .member("requestId", request.id.view())
      .end_object();
  Response response = json_response(200, std::move(body));
  response.headers.emplace_back("etag", etag_of(rules));
  return response;
}

std::size_t changes(const rules::StoredRules& before, const rules::StoredRules& next) {
  if (before.version == next.version) return 0;
  std::size_t count = 0;
  for (const auto& rule : next.rules) count += rule.rules_version == next.version;
  for (const auto& rule : before.rules) count += intake::find_rule(next, rule.id) == nullptr;
  return count;
}

Result<Response> rollback(Api& api, Request& request) {
  const auto version = asked_version(request);
  if (!version) return unexpected(version.error());
  const Handle handle{request.param("handle")};
  const auto turn = api.rule_book.turn(handle);
  const auto now = api.rules.rules(handle);
  if (!now) return unexpected(now.error());
  const auto then = api.rules.rules_at(handle, *version);
  if (!then) return unexpected(then.error());
  if (!may_change(request.header("if-match"), etag_of(*now)))
    return unexpected(Fault{.code = FaultCode::kPreconditionFailed,
                            .message = "The rules have changed in the meantime; their version is now " +
                                       std::to_string(now->version) + ". Review them and repeat the rollback."});
  const rules::StoredRules next = intake::rolled_back(*now, *then, api.clock.now());
  if (next.version != now->version || !now->filling.empty()) {
    const intake::RuleChange change{.handle = handle,
                                    .by = caller_of(request),
                                    .action = "rules.rollback",
                                    .target = std::to_string(*version),
                                    .at = api.clock.now(),
                                    .replaces_all = true};
    const rules::Counters counters = api.rule_book.counters(handle);
    if (auto fault = intake::undeclared(next, api.rule_book.declared(handle), &counters))
      return unexpected(std::move(*fault));
    if (auto done = api.rule_book.commit(change, *now, next); !done) return unexpected(done.error());
  }
  return restored(request, next, *version, changes(*now, next));
}

}  // namespace

void add_rule_versions(Api& api, std::vector<Route>& routes) {
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/chain-rules/versions", creator("chain.rules.read"),
                           list_rule_versions, "List rules versions, newest first"));
  routes.push_back(control(api, Method::kPost, "/v2/handles/{handle}/chain-rules/rollback",
                           creator("chain.rules.write"), rollback, "Roll back to a rules version"));
}

}  // namespace beckon::http
