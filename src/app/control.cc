#include "app/control.h"

#include "egress/address_table.h"
#include "system/log.h"
#include "system/zones.h"

namespace beckon::app {
namespace {

// Stored data was validated before; an unreadable list admits nobody.
std::vector<std::string> origins_of(const access::HandleRecord& record) {
  const auto document = json::parse(record.origins.empty() ? R"({"origins":[]})" : record.origins);
  auto origins = document ? access::parse_origins(document->root()) : unexpected(document.error());
  if (origins) return std::move(*origins);
  log::error("origins_damaged").add("handle", record.handle.view()).add("why", origins.error().message);
  return {"none"};
}

// Whether the same rules are filling, however far.
bool waits_for_same(const std::vector<rules::FillingRule>& one, const std::vector<rules::FillingRule>& other) {
  return std::ranges::equal(one, other, [](const rules::FillingRule& a, const rules::FillingRule& b) {
    return a.id == b.id && a.json == b.json && a.fill_until == b.fill_until;
  });
}

}  // namespace

using commit::Tenant;
using commit::TenantPtr;

Result<void> Control::load() {
  const auto changes = store_.control_changes(seen_);  // changes made while the rest is read are read again
  if (!changes) return unexpected(changes.error());
  seen_ = changes->version;
  const auto subscriptions = store_.outbox().subscriptions();
  if (!subscriptions) return unexpected(subscriptions.error());
  subscriptions_.load(*subscriptions);
  const auto allowlist = this->allowlist();
  if (!allowlist) return unexpected(allowlist.error());
  if (const auto policy = load_policy(*allowlist); !policy) return policy;
  const auto handles = store_.directory().handles();
  if (!handles) return unexpected(handles.error());
  for (const access::HandleRecord& record : *handles) {
    if (!store_.has(record.handle)) continue;
    auto tenant = read(record, *allowlist, true);
    if (!tenant) return unexpected(tenant.error());
    origins_.put(record.handle.view(), origins_of(record));  // first: every visible handle must have its list
    if (const auto pats = read_pats(record.handle); !pats) return pats;
    tenants_.put(std::move(*tenant));
  }
  return {};
}

Result<access::Allowlist> Control::allowlist() {
  const auto text = store_.directory().allowlist();
  if (!text) return unexpected(text.error());
  return access::parse_allowlist(*text);
}

Result<void> Control::load_policy(const access::Allowlist& allowlist) {
  egress::Policy policy{.admit_http = rules_.admit_http, .admit_loopback = rules_.admit_loopback};
  policy.own = egress::own_addresses();
  Issues issues;
  egress::read_allowlist(allowlist.egress, policy, issues);
  if (!issues.empty()) log::error("allowlist_damaged").add("why", issues.fault().message);
  if (policy != *policy_.get()) policy_.set(std::make_shared<const egress::Policy>(std::move(policy)));
  return {};
}

Result<void> Control::reload(const Handle& handle, commit::Committer& committer) {
  if (!store_.has(handle)) return {};
  const std::lock_guard turn(turns_[std::hash<std::string>{}(handle.text) % turns_.size()]);
  for (;;) {
    const auto allowlist = this->allowlist();
    if (!allowlist) return unexpected(allowlist.error());
    const auto record = store_.directory().handle(handle);
    if (!record) return unexpected(record.error());
    if (!*record) return {};
    if (const auto pats = read_pats(handle); !pats) return pats;  // first: revoking a token needs no commit
    auto tenant = read(**record, *allowlist);
    if (!tenant) return unexpected(tenant.error());
    origins_.put(handle.view(), origins_of(**record));
    bool overtaken = false;  // by a rule change committed after the rules were read
    const auto fault = committer.execute([&](commit::Draft& draft) -> std::optional<Fault> {
      draft.after_commit([&] {
        const TenantPtr now = tenants_.known(handle.view());
        overtaken = now && (now->rules->version() > (*tenant)->rules->version() ||
                            !waits_for_same(now->filling, (*tenant)->filling));
        if (overtaken) return;
        // Only this thread changes traits and fills windows: the current state is the newest.
        auto next = std::make_shared<Tenant>(**tenant);
        if (now) next->traits = now->traits, next->filling = now->filling;
        tenants_.put(std::move(next));
      });
      return std::nullopt;
    });
    if (fault) return unexpected(*fault);
    if (!overtaken) return {};
  }
}

Result<void> Control::reload_allowlist(commit::Committer& committer) {
  const auto allowlist = this->allowlist();
  if (!allowlist) return unexpected(allowlist.error());
  if (const auto policy = load_policy(*allowlist); !policy) return policy;
  for (const TenantPtr& tenant : tenants_.all())
    if (tenant->admitted != allowlist->admits(tenant->handle))
      if (const auto reloaded = reload(tenant->handle, committer); !reloaded) return reloaded;
  return {};
}

Result<bool> Control::catch_up(commit::Committer& committer) {
  const auto changes = store_.control_changes(seen_);
  if (!changes) return unexpected(changes.error());
  if (changes->version == seen_) return false;
  if (changes->allowlist)
    if (const auto reloaded = reload_allowlist(committer); !reloaded) return unexpected(reloaded.error());
  for (const Handle& handle : changes->handles)
    if (const auto reloaded = reload(handle, committer); !reloaded) return unexpected(reloaded.error());
  seen_ = changes->version;
  return true;
}

Result<void> Control::note_uses_of_keys(Duration newer_by) {
  for (const TenantPtr& tenant : tenants_.all())
    for (const commit::IdentityKeyPtr& key : tenant->identity_keys->all()) {
      if (key->use().unstored() < newer_by) continue;
      const Instant used = key->use().at();
      if (const auto noted = store_.directory().identity_key_used(tenant->handle, key->id(), used); !noted)
        return noted;
      key->use().stored(used);
    }
  return {};
}

Result<void> Control::note_uses_of_tokens(Duration newer_by) {
  for (const access::PatPtr& pat : pats_.all()) {
    if (pat->use().unstored() < newer_by) continue;
    const Instant used = pat->use().at();
    if (const auto noted = store_.directory().pat_used(pat->handle(), pat->record().id, used); !noted) return noted;
    pat->use().stored(used);
  }
  return {};
}

Result<void> Control::read_pats(const Handle& handle) {
  const auto pats = store_.directory().pats(handle);
  if (!pats) return unexpected(pats.error());
  pats_.put(handle, *pats);
  return {};
}

// Known keys are kept, with their last uses.
Result<commit::IdentityKeysPtr> Control::read_keys(const Handle& handle, const TenantPtr& now) {
  const auto records = store_.directory().identity_keys(handle);
  if (!records) return unexpected(records.error());
  if (records->empty()) return commit::IdentityKeys::none();
  std::vector<commit::IdentityKeyPtr> keys;
  for (const access::IdentityKeyRecord& record : *records) {
    if (auto known = now ? now->identity_keys->find(record.id) : nullptr) {
      keys.push_back(std::move(known));
    } else if (auto secret = secrets_.open(record.sealed_secret, access::identity_key_place(handle, record.id))) {
      keys.push_back(std::make_shared<const commit::IdentityKey>(record.id, std::move(*secret), record.used_at));
    } else {
      log::error("identity_key_damaged").add("handle", handle.view()).add("key", record.id);
    }
  }
  return std::make_shared<const commit::IdentityKeys>(std::move(keys));
}

Result<TenantPtr> Control::read(const access::HandleRecord& record, const access::Allowlist& allowlist, bool is_start) {
  ++handles_read_;
  Tenant made{.handle = record.handle, .admitted = allowlist.admits(record.handle), .settings = rules_.defaults};
  if (auto settings = json::parse(record.settings.empty() ? "{}" : record.settings)) {
    if (auto read = commit::parse_settings(settings->root(), rules_.defaults))
      made.settings = commit::capped(std::move(*read), rules_.defaults, rules_.most);
    else
      log::error("settings_damaged").add("handle", record.handle.view()).add("why", read.error().message);
  }
  const auto stored = store_.rules().rules(record.handle);
  if (!stored) return unexpected(stored.error());
  // Compiled rules are kept if possible: rules and what they need change rarely.
  const auto now = tenants_.known(record.handle.view());
  if (now) made.line = now->line;
  auto keys = read_keys(record.handle, now);
  if (!keys) return unexpected(keys.error());
  made.identity_keys = std::move(*keys);
  made.filling = stored->filling;
  if (now && now->rules->version() == stored->version && waits_for_same(now->filling, made.filling) &&
      now->settings.declared() == made.settings.declared()) {
    made.rules = now->rules;
  } else if (auto compiled = rules::RuleSet::compile(*stored, system_zones(), made.settings.declared())) {
    made.rules = std::make_shared<const rules::RuleSet>(std::move(*compiled));
  } else {
    log::error("rules_damaged").add("handle", record.handle.view()).add("why", compiled.error().message);
    made.rules = std::make_shared<const rules::RuleSet>();
  }
  if (now && !is_start) {
    made.traits = now->traits;
  } else {
    auto traits = store_.traits().traits(record.handle);
    if (!traits) return unexpected(traits.error());
    const auto counters = store_.traits().counters(record.handle);
    if (!counters) return unexpected(counters.error());
    made.traits = commit::table_of(*traits, *counters);
  }
  return std::make_shared<const Tenant>(std::move(made));
}

}  // namespace beckon::app
