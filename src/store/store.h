// All the ports of one store. SqliteStore keeps them in a file, MemoryStore in containers; both pass the suite in
// store/conformance. What is promised of each port stands in its own header.
#pragma once
#include <cstdint>
#include <expected>
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

// The name of the directory's secret that is none: the fingerprint of the master key under which the others are sealed,
// so that a copy of the data says which key it needs.
inline constexpr std::string_view kKeyFingerprint = "master-key-fingerprint";

// What a running server must read again: changes of the directory that it keeps in memory. Rules, traits and
// subscriptions are not among them, since only the server itself writes those.
struct ControlChanges {
  std::uint64_t version = 0;  // to ask with the next time
  bool allowlist = false;
  std::vector<Handle> handles;  // made, or given other settings, origins, keys or access tokens; each once
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

  // What changed after `version`, by whatever process; everything for 0. A few microseconds where nothing has: made to
  // be polled, so that a running server sees what the command line changes.
  virtual Result<ControlChanges> control_changes(std::uint64_t version) = 0;

  // Work that would otherwise fall to the committing thread: to be called from another thread a few times a second.
  // kBroken as in Commit: the process must stop.
  virtual std::expected<void, commit::CommitFault> maintain() = 0;
  // Removes what is left on disk of data whose rows were rewritten or deleted. Waits for readers and the writer, and
  // blocks the writer while it runs. kBusy: try later.
  virtual std::expected<void, commit::CommitFault> purge() = 0;
};

}  // namespace beckon::store
