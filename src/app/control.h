// The control plane's data for the hot path: tenants, subscriptions and the egress policy. Read from the store at
// start, and per handle when any process changes it. Reading and compiling is done on the caller's thread; the
// committing thread only publishes the finished tenant.
#pragma once
#include <array>
#include <atomic>
#include <mutex>

#include "access/allowlist.h"
#include "access/origins.h"
#include "access/pats.h"
#include "base/published.h"
#include "commit/committer.h"
#include "egress/policy.h"
#include "store/store.h"
#include "system/secret_box.h"

namespace beckon::app {

class Control {
 public:
  struct Rules {
    bool admit_http = false;
    bool admit_loopback = false;
    commit::HandleSettings defaults;
    commit::HandleMaxima most;
  };
  Control(store::Store& store, const SecretBox& secrets, commit::Tenants& tenants,
          outbox::SubscriptionIndex& subscriptions, Rules rules)
      : store_(store), secrets_(secrets), tenants_(tenants), subscriptions_(subscriptions), rules_(std::move(rules)) {}

  // Call at start, before anything reads. May be called again until then: what another server has changed meanwhile is
  // read, and unchanged rules stay compiled. Fault: the store could not be read.
  Result<void> load();

  // Reloads one handle: its settings, origins, access tokens, identity keys and rules. Blocks for a commit; call from
  // any thread except the committing one.
  Result<void> reload(const Handle& handle, commit::Committer& committer);
  // Likewise for the allowlist: the egress policy and the allowed handles.
  Result<void> reload_allowlist(commit::Committer& committer);
  // Likewise for everything changed since the last call or load(). Confined to one thread.
  Result<bool> catch_up(commit::Committer& committer);

  // Store the last uses of identity keys and access tokens that are newer than the stored ones by at least this much.
  // Confined to one thread.
  Result<void> note_uses_of_keys(Duration newer_by);
  Result<void> note_uses_of_tokens(Duration newer_by);

  // Number of handles read since the start, for metrics. Thread-safe.
  std::uint64_t handles_read() const { return handles_read_; }

  const Published<egress::Policy>& policy() const { return policy_; }
  const access::Origins& origins() const { return origins_; }
  const access::Pats& pats() const { return pats_; }

 private:
  Result<access::Allowlist> allowlist();
  Result<void> load_policy(const access::Allowlist& allowlist);
  Result<void> read_pats(const Handle& handle);
  Result<commit::IdentityKeysPtr> read_keys(const Handle& handle, const commit::TenantPtr& now);
  Result<commit::TenantPtr> read(const access::HandleRecord& record, const access::Allowlist& allowlist,
                                 bool is_start = false);

  store::Store& store_;
  const SecretBox& secrets_;
  commit::Tenants& tenants_;
  outbox::SubscriptionIndex& subscriptions_;
  const Rules rules_;
  Published<egress::Policy> policy_;
  access::Origins origins_;
  access::Pats pats_;
  std::atomic<std::uint64_t> handles_read_{0};
  std::uint64_t seen_ = 0;  // ControlChanges::version as of the last catch_up()
  // Locked from reading a handle to publishing it, so that reads are published in order. Sharded by handle, so that a
  // tenant with many rules blocks few others.
  std::array<std::mutex, 16> turns_;
};

}  // namespace beckon::app
