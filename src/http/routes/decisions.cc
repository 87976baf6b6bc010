// Recorded decisions: contract section 4 and rules.md, "Time". A stored decision is re-evaluated from what it saw.
#include <algorithm>
#include <functional>
#include <set>

#include "hindsight/recall.h"
#include "http/routes/response.h"
#include "system/zones.h"

namespace beckon::http {
namespace {

constexpr std::size_t kAuditPage = 200;

// Visits the audit log of a handle, the newest entry first, until `visit` returns false.
Result<void> read_audit(const Api& api, const Handle& handle, const std::function<bool(const AuditEntry&)>& visit) {
  std::optional<access::AuditPlace> behind;
  do {
    auto page = api.directory.audit({handle}, behind, kAuditPage);
    if (!page) return unexpected(page.error());
    if (!std::ranges::all_of(page->entries, visit)) return {};
    behind = std::move(page->more_behind);
  } while (behind);
  return {};
}

// The settings as of the instant: every change is in the audit log with its result.
Result<commit::HandleSettings> settings_at(const Api& api, const Handle& handle, Instant at) {
  std::string held;
  const auto read = read_audit(api, handle, [&](const AuditEntry& entry) {
    if (entry.action == "settings.put" && entry.at <= at) held = entry.detail;
    return held.empty();
  });
  if (!read) return unexpected(read.error());
  if (held.empty()) return api.server_defaults;
  const auto document = json::parse(std::move(held));
  if (!document) return unexpected(document.error());
  return commit::parse_settings(document->root(), api.server_defaults);
}

// The counters as declared then; those that were not filled yet have no value.
Result<rules::Counters> counters_at(const Api& api, const Handle& handle, Instant at) {
  rules::Counters counters;
  if (const auto now = api.places.tenants.known(handle.view())) counters = now->traits->counters();
  std::set<std::string, std::less<>> known, changed;  // with an entry up to `at`; with a later one
  const auto read = read_audit(api, handle, [&](const AuditEntry& entry) {
    if (!entry.action.starts_with("counter.")) return true;
    if (entry.at > at) {
      changed.insert(entry.target);
    } else if (known.insert(entry.target).second && changed.contains(entry.target)) {
      if (auto counter = rules::stored_counter(entry.detail, system_zones()))
        counters.insert_or_assign(entry.target, std::move(*counter));
      else
        counters.erase(entry.target);  // it was deleted
    }
    return true;
  });
  if (!read) return unexpected(read.error());
  for (const std::string& name : changed)
    if (!known.contains(name)) counters.erase(name);
  return counters;
}

Result<commit::TenantPtr> tenant_at(const Api& api, const Handle& handle, std::uint64_t rules_version, Instant at) {
  const auto stored = api.rules.rules_at(handle, rules_version);
  if (!stored) return unexpected(stored.error());
  auto settings = settings_at(api, handle, at);
  if (!settings) return unexpected(settings.error());
  commit::Tenant tenant{.handle = handle, .settings = std::move(*settings), .rules = nullptr};
  if (const auto now = api.places.tenants.known(handle.view())) tenant.traits = now->traits;
  const auto may_read_counters = [](const rules::StoredRule& rule) { return rule.json.find("ever") != rule.json.npos; };
  if (std::ranges::any_of(stored->rules, may_read_counters)) {
    auto counters = counters_at(api, handle, at);
    if (!counters) return unexpected(counters.error());
    tenant.traits =
        std::make_shared<const commit::TraitTable>(tenant.traits->declared_and_seen(), std::move(*counters));
  }
  return commit::with_rules(std::move(tenant), *stored);
}

// A decision that was just returned may not be on disk yet: it is written with the next commit.
Result<void> catch_up(Api& api) {
  const auto fault = api.committer.execute([](commit::Draft&) -> std::optional<Fault> { return std::nullopt; });
  return fault ? Result<void>{unexpected(*fault)} : Result<void>{};
}

Result<Response> get_decision(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  if (const auto written = catch_up(api); !written) return unexpected(written.error());
  const hindsight::Recall recall({api.ledger, api.places.sessions, api.tokens});
  auto found = recall.recall(handle, request.param("decisionId"), [&](std::uint64_t rules_version, Instant at) {
    return tenant_at(api, handle, rules_version, at);
  });
  if (!found) return unexpected(found.error());
  if (!*found) return unexpected(not_found("decision"));
  const auto role = api.gate.sees_as(principal_of(request), handle);
  if (!role) return unexpected(role.error());
  if (*role == access::Role::kCreator) (**found).again.known.tells_sensitive = false;
  std::string body;
  json::Writer writer(body);
  writer.begin_object();
  write(writer, **found);
  writer.member("requestId", request.id.view()).end_object();
  return json_response(200, std::move(body));
}

}  // namespace

void add_decisions(Api& api, std::vector<Route>& routes) {
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/decisions/{decisionId}", creator("chain.explain"),
                           get_decision, "Get and re-evaluate a decision"));
}

}  // namespace beckon::http
