// Replacing the master key while the server runs: the new one is put before the old one in its file, all secrets are
// sealed again with it, and then the old one is no longer needed. docs/operations.md, Keys.
//
// Deliveries' records of what was sent keep the subscription's own headers as the old key has sealed them: without it
// they are shown as ***.
#pragma once
#include "app/keys.h"
#include "app/settings.h"
#include "commit/committer.h"
#include "outbox/subscription_index.h"
#include "store/store.h"
#include "system/file_watch.h"

namespace beckon::app {

// Confined to one thread. What it is made with outlives it.
class MasterKeyRotation {
 public:
  MasterKeyRotation(const Settings& settings, store::Store& store, commit::Committer& committer,
                    const outbox::SubscriptionIndex& subscriptions, SecretBox& secrets, const Clock& clock,
                    Random& random);

  // Reads the keys again if their file has changed, and seals again what is not sealed with the first one. Blocks for
  // commits. What goes wrong is logged and tried again. True once all has been sealed with another key than before.
  bool look();

 private:
  Result<void> seal(const MasterKeys& keys);
  std::optional<Fault> seal_subscription(const SubscriptionId& id);

  const Settings& settings_;
  store::Store& store_;
  commit::Committer& committer_;
  const outbox::SubscriptionIndex& subscriptions_;
  SecretBox& secrets_;
  const Clock& clock_;
  Random& random_;
  FileWatch watch_;
  bool due_ = true;  // at the start: the file may have been changed while no server ran
};

}  // namespace beckon::app
