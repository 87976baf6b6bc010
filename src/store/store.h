// All the ports of one store. SqliteStore keeps them in a file, MemoryStore in containers; both pass the suite in
// store/conformance. The guarantees of each port are in its own header.
#pragma once
#include <cstdint>
#include <expected>
#include <functional>
#include <string_view>
#include <vector>

#include "access/directory.h"
#include "commit/commit.h"
#include "delayed/timers.h"
#include "ledger/ledger.h"
#include "outbox/delivery_log.h"
#include "outbox/outbox.h"
#include "rules/rule_history.h"
#include "rules/rule_store.h"

namespace beckon::store {

// The one named secret of the directory that is not a secret: the fingerprint of the master key that seals the others,
// so that a copy of the data shows which key it needs.
inline constexpr std::string_view kKeyFingerprint = "master-key-fingerprint";

// What a running server must reload: changes in the directory that it caches. Rules, traits and subscriptions are not
// included, since only the server itself writes them.
struct ControlChanges {
  std::uint64_t version = 0;  // to pass to the next call
  bool allowlist = false;
  std::vector<Handle>
      handles;  // of this store: created, or with changed settings, origins, keys or access tokens; each once
};

// What a driver can do beyond the ports; whoever needs it asks.
struct Capabilities {
  bool data_folder = false;  // its data is files of a folder here: commands copy, check and ship them, and they are
                             // measured
  bool reserve = false;      // it keeps space for results, and writes them on a full disk (Committer, lean drafts)
  bool purges = false;       // purge() does something
};

// The ports live as long as their store.
class Store {
 public:
  virtual ~Store() = default;
  virtual commit::Commit& commit() = 0;  // confined to the committing thread
  virtual ledger::Ledger& ledger() = 0;  // thread-safe, as all below
  virtual outbox::Outbox& outbox() = 0;
  virtual outbox::DeliveryLog& delivery_log() = 0;
  virtual delayed::Timers& timers() = 0;
  virtual commit::Analytics& analytics() = 0;
  virtual rules::RuleStore& rules() = 0;
  virtual rules::RuleHistory& rule_history() = 0;
  virtual commit::TraitStore& traits() = 0;
  virtual access::Directory& directory() = 0;

  // What any process changed after `version`; everything if it is 0. Takes a few microseconds if nothing has changed:
  // made for polling, so that a running server sees changes made by the command line.
  virtual Result<ControlChanges> control_changes(std::uint64_t version) = 0;

  // Whether the data of this handle is in this store. One of several nodes has a store for each of its lanes
  // (store/postgres/shards.h); the directory is whole in each of them.
  virtual bool has(const Handle&) const { return true; }
  // Whether `is_current` holds for the secrets of all subscriptions outside this store, of which it is given the bytes.
  virtual Result<bool> others_are_sealed(
      const std::function<bool(std::string_view sealed, const std::string& place)>&) {
    return true;
  }

  virtual Capabilities can() const = 0;

  // Work that the committing thread would otherwise have to do. Call from another thread a few times a second. kBroken
  // as in Commit: the process must stop.
  virtual std::expected<void, commit::CommitFault> maintain() = 0;
  // Removes what rewritten or deleted rows leave on disk. Waits for readers and the writer, and blocks the writer while
  // it runs. kBusy: try later.
  virtual std::expected<void, commit::CommitFault> purge() = 0;
  // Any thread, when the process stops: a commit whose outcome is not known yet is no longer waited for, and is
  // kBroken.
  virtual void stop_waiting() {}
};

}  // namespace beckon::store
