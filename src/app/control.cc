#include "app/control.h"

#include "base/log.h"
#include "egress/address_table.h"

namespace beckon::app {
namespace {

// What is stored was judged before; a list that cannot be read admits nobody, not anybody.
std::vector<std::string> origins_of(const access::HandleRecord& record) {
  const auto document = json::parse(record.origins.empty() ? R"({"origins":[]})" : record.origins);
  auto origins = document ? access::parse_origins(document->root()) : unexpected(document.error());
  if (origins) return std::move(*origins);
  log::error("origins_damaged").add("handle", record.handle.view()).add("why", origins.error().message);
  return {"none"};
}

}  // namespace

using decision::Tenant;
using decision::TenantPtr;

Result<void> Control::load() {
  const auto subscriptions = store_.outbox().subscriptions();
  if (!subscriptions) return unexpected(subscriptions.error());
  subscriptions_.load(*subscriptions);
  if (const auto policy = load_policy(); !policy) return policy;
  return load_tenants();
}

Result<access::Allowlist> Control::allowlist() {
  const auto text = store_.directory().allowlist();
  if (!text) return unexpected(text.error());
  return access::parse_allowlist(*text);
}

Result<void> Control::load_policy() {
  const auto allowlist = this->allowlist();
  if (!allowlist) return unexpected(allowlist.error());
  egress::Policy policy{.admit_http = rules_.admit_http, .admit_loopback = rules_.admit_loopback};
  policy.own = egress::own_addresses();
  Issues issues;
  egress::read_allowlist(allowlist->egress, policy, issues);
  if (!issues.empty()) log::error("allowlist_damaged").add("why", issues.fault().message);
  if (policy != *policy_.get()) policy_.set(std::make_shared<const egress::Policy>(std::move(policy)));
  return {};
}

Result<void> Control::load_tenants() {
  const auto allowlist = this->allowlist();
  if (!allowlist) return unexpected(allowlist.error());
  const auto handles = store_.directory().handles();
  if (!handles) return unexpected(handles.error());
  std::vector<TenantPtr> tenants;
  access::Origins::Lists origins;
  for (const access::HandleRecord& record : *handles) {
    auto made = tenant(record, *allowlist);
    if (!made) return unexpected(made.error());
    tenants.push_back(std::move(*made));
    if (auto list = origins_of(record); !list.empty()) origins.emplace(record.handle.text, std::move(list));
  }
  origins_.replace_all(std::move(origins));  // before the tenants: a handle that is seen has its list
  tenants_.replace_all(std::move(tenants));
  return {};
}

Result<TenantPtr> Control::tenant(const access::HandleRecord& record, const access::Allowlist& allowlist) {
  Tenant made{.handle = record.handle, .admitted = allowlist.admits(record.handle), .settings = rules_.defaults};
  if (auto settings = json::parse(record.settings.empty() ? "{}" : record.settings)) {
    if (auto read = decision::parse_settings(settings->root(), rules_.defaults))
      made.settings = *read;
    else
      log::error("settings_damaged").add("handle", record.handle.view()).add("why", read.error().message);
  }
  const auto stored = store_.rules().rules(record.handle);
  if (!stored) return unexpected(stored.error());
  // What stands compiled already is kept: rules and scores change rarely.
  if (const auto now = tenants_.find(record.handle.view());
      now && (*now)->rules->version() == stored->version && (*now)->settings.scores == made.settings.scores) {
    made.rules = (*now)->rules;
  } else if (auto compiled = rules::RuleSet::compile(*stored, made.settings.scores)) {
    made.rules = std::make_shared<const rules::RuleSet>(std::move(*compiled));
  } else {
    log::error("rules_damaged").add("handle", record.handle.view()).add("why", compiled.error().message);
    made.rules = std::make_shared<const rules::RuleSet>();
  }
  return std::make_shared<const Tenant>(std::move(made));
}

}  // namespace beckon::app
