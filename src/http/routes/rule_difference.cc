// The differences between two versions of a handle's rules, rule by rule, for review before one is restored.
#include <charconv>
#include <limits>

#include "http/routes/response.h"
#include "http/routes/rule_view.h"

namespace beckon::http {
namespace {

using rules::StoredRule;
using rules::StoredRules;

struct Difference {
  const StoredRule* was;  // null if it did not exist
  const StoredRule* is;   // null if it was deleted
};

// Both are sorted by id.
std::vector<Difference> differences(const StoredRules& was, const StoredRules& is) {
  std::vector<Difference> found;
  auto before = was.rules.begin(), after = is.rules.begin();
  while (before != was.rules.end() || after != is.rules.end()) {
    const bool gone = after == is.rules.end() || (before != was.rules.end() && before->id < after->id);
    const bool made = !gone && (before == was.rules.end() || after->id < before->id);
    if (gone)
      found.push_back({&*before, nullptr});
    else if (made)
      found.push_back({nullptr, &*after});
    else if (before->json != after->json)
      found.push_back({&*before, &*after});
    if (!made) ++before;
    if (!gone) ++after;
  }
  return found;
}

std::optional<std::uint64_t> version_in(std::string_view text) {
  std::uint64_t version = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, fault] = std::from_chars(text.data(), end, version);
  const bool fits = version <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return fault == std::errc{} && stopped == end && fits ? std::optional(version) : std::nullopt;
}

void write_rule(json::Writer& out, std::string_view name, const StoredRule* rule) {
  out.key(name);
  rule ? out.raw(rule->json) : out.null();
}

Response answer(const Request& request, const StoredRules& was, const StoredRules& is) {
  const auto all = differences(was, is);
  std::string body;
  json::Writer out(body);
  out.begin_object()
      .member("version", static_cast<std::int64_t>(is.version))
      .member("from", static_cast<std::int64_t>(was.version))
      .member("changed", static_cast<std::int64_t>(all.size()))
      .key("changes")
      .begin_array();
  for (std::size_t i = 0; i < std::min(all.size(), rules::RulesVersion::kNamed); ++i) {
    const auto [before, after] = all[i];
    out.begin_object()
        .member("ruleId", (after ? after : before)->id.text)
        .member("change", after ? "saved" : "deleted");
    write_rule(out, "was", before);
    write_rule(out, "is", after);
    out.end_object();
  }
  out.end_array().member("requestId", request.id.view()).end_object();
  return json_response(200, std::move(body));
}

Result<Response> difference(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const auto version = version_in(request.param("version"));
  if (!version) return unexpected(not_found("version of the rules"));
  const auto text = request.query_param("from");
  const auto from = text ? version_in(*text) : std::optional(*version == 0 ? 0 : *version - 1);
  Issues issues;
  if (!from) issues.add("from", "must be a version number, or 0 for no rules");
  if (!issues.empty()) return unexpected(issues.fault());
  const auto is = api.rules.rules_at(handle, *version);
  if (!is) return unexpected(is.error());
  const auto was = api.rules.rules_at(handle, *from);
  if (!was) return unexpected(was.error());
  return answer(request, *was, *is);
}

}  // namespace

void add_rule_difference(Api& api, std::vector<Route>& routes) {
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/chain-rules/versions/{version}",
                           creator("chain.rules.read"), difference, "Get the changes of a rules version"));
}

}  // namespace beckon::http
