// What the hot path knows of the control plane, read from the store: tenants, subscriptions and the egress policy. Read
// at start, and handle by handle when one of them changed, by whatever process. Reading and compiling is done on the
// caller's thread; the committing thread only puts the finished tenant in its place.
#pragma once
#include <array>
#include <atomic>
#include <mutex>

#include "access/allowlist.h"
#include "access/origins.h"
#include "base/published.h"
#include "commit/committer.h"
#include "egress/policy.h"
#include "store/store.h"

namespace beckon::app {

class Control {
 public:
  struct Rules {
    bool admit_http = false;
    bool admit_loopback = false;
    commit::HandleSettings defaults;
  };
  Control(store::Store& store, commit::Tenants& tenants, outbox::SubscriptionIndex& subscriptions, Rules rules)
      : store_(store), tenants_(tenants), subscriptions_(subscriptions), rules_(std::move(rules)) {}

  // At start, before anybody else reads. Fault: the store could not be read.
  Result<void> load();

  // Reads one handle again: its settings, origins and rules. Blocks for a commit; any thread but the committing one.
  Result<void> reload(const Handle& handle, commit::Committer& committer);
  // The same of the allowlist: the egress policy, and which handles are admitted.
  Result<void> reload_allowlist(commit::Committer& committer);
  // The same of all that changed since the last call or load(). One thread.
  Result<void> catch_up(commit::Committer& committer);

  // How many handles were read since the start, for the metrics. Thread-safe.
  std::uint64_t handles_read() const { return handles_read_; }

  const Published<egress::Policy>& policy() const { return policy_; }
  const access::Origins& origins() const { return origins_; }

 private:
  Result<access::Allowlist> allowlist();
  Result<void> load_policy(const access::Allowlist& allowlist);
  Result<commit::TenantPtr> read(const access::HandleRecord& record, const access::Allowlist& allowlist);

  store::Store& store_;
  commit::Tenants& tenants_;
  outbox::SubscriptionIndex& subscriptions_;
  const Rules rules_;
  Published<egress::Policy> policy_;
  access::Origins origins_;
  std::atomic<std::uint64_t> handles_read_{0};
  std::uint64_t seen_ = 0;  // ControlChanges::version as of the last catch_up()
  // Held from reading a handle to publishing it, so that what was read later is published later. By handle, so that one
  // tenant's many rules keep few others waiting.
  std::array<std::mutex, 16> turns_;
};

}  // namespace beckon::app
