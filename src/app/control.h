// What the hot path knows of the control plane, read from the store: tenants, subscriptions and the egress policy. Read
// at start, and again when the store says that something changed, by whatever process.
#pragma once
#include "access/allowlist.h"
#include "access/origins.h"
#include "base/published.h"
#include "decision/committer.h"
#include "egress/policy.h"
#include "store/store.h"

namespace beckon::app {

class Control {
 public:
  struct Rules {
    bool admit_http = false;
    bool admit_loopback = false;
    decision::HandleSettings defaults;
  };
  Control(store::Store& store, decision::Tenants& tenants, outbox::SubscriptionIndex& subscriptions, Rules rules)
      : store_(store), tenants_(tenants), subscriptions_(subscriptions), rules_(std::move(rules)) {}

  // At start. The fault is of the store.
  Result<void> load();

  // Reads handles, settings, rules and the allowlist anew. Committing thread, or through it: see reload().
  Result<void> load_tenants();
  Result<void> load_policy();

  const Published<egress::Policy>& policy() const { return policy_; }
  const access::Origins& origins() const { return origins_; }

 private:
  Result<access::Allowlist> allowlist();
  Result<decision::TenantPtr> tenant(const access::HandleRecord& record, const access::Allowlist& allowlist);

  store::Store& store_;
  decision::Tenants& tenants_;
  outbox::SubscriptionIndex& subscriptions_;
  const Rules rules_;
  Published<egress::Policy> policy_;
  access::Origins origins_;
};

}  // namespace beckon::app
