// Replacing the master key while the server runs: the new one is put before the old one in its file, all secrets are
// sealed again with it, and then the old one is no longer needed. docs/operations.md, Keys.
//
// The request headers recorded with deliveries keep the subscription's own headers as sealed with the old key: without
// it they are shown as ***.
#pragma once
#include "app/keys.h"
#include "app/settings.h"
#include "commit/committer.h"
#include "outbox/subscription_index.h"
#include "store/store.h"
#include "system/file_watch.h"

namespace beckon::app {

// Confined to one thread. Everything passed to it outlives it.
class MasterKeyRotation {
 public:
  // `is_first`: of several stores on one database, the one that also seals what is not a subscription's.
  MasterKeyRotation(const Settings& settings, store::Store& store, commit::Committer& committer,
                    const outbox::SubscriptionIndex& subscriptions, SecretBox& secrets, const Clock& clock,
                    Random& random, bool is_first);

  // Rereads the keys if their file has changed, and reseals what is not sealed with the first one. Blocks for commits.
  // Failures are logged and retried. True once everything has been resealed with a new key.
  bool look();

 private:
  Result<bool> seal_subscriptions();  // true if those of all stores are sealed
  Result<void> seal_others(const MasterKeys& keys);
  bool is_current(std::string_view sealed, const std::string& place) const;
  std::optional<Fault> seal_subscription(const SubscriptionId& id);

  const Settings& settings_;
  store::Store& store_;
  commit::Committer& committer_;
  const outbox::SubscriptionIndex& subscriptions_;
  SecretBox& secrets_;
  const Clock& clock_;
  Random& random_;
  const bool is_first_;
  FileWatch watch_;
  bool due_ = true;  // at start: the file may have changed while no server ran
};

}  // namespace beckon::app
