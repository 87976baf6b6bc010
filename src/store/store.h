// All the ports of one store. SqliteStore keeps them in a file, MemoryStore in containers; both pass the suite in
// store/conformance. What is promised of each port stands in its own header.
#pragma once
#include "access/directory.h"
#include "decision/commit.h"
#include "decision/timers.h"
#include "ledger/ledger.h"
#include "outbox/outbox.h"
#include "rules/rule_store.h"

namespace beckon::store {

// The ports live as long as their store.
class Store {
 public:
  virtual ~Store() = default;
  virtual decision::Commit& commit() = 0;  // confined to the committing thread
  virtual ledger::Ledger& ledger() = 0;    // thread-safe, as all below
  virtual outbox::Outbox& outbox() = 0;
  virtual decision::Timers& timers() = 0;
  virtual decision::Analytics& analytics() = 0;
  virtual rules::RuleStore& rules() = 0;
  virtual access::Directory& directory() = 0;

  // Rises with every change of the control plane (directory, rules, subscriptions) that a server keeps in memory, by
  // whatever process. A few microseconds: made to be polled, so that a change on the command line is seen by a running
  // server.
  virtual Result<std::uint64_t> control_version() = 0;
};

}  // namespace beckon::store
