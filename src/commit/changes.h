// Recent signals and deliveries of each handle, in commit order, for live readers. Readers poll by position, so a slow
// one costs the committing thread nothing. Not a system of record: what is older than its bounds or than this process
// is in the ledger and in the delivery log.
#pragma once
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/id.h"
#include "base/instant.h"
#include "outbox/delivery.h"

namespace beckon::commit {

struct SignalSeen {
  SessionId session;
  std::string key;
  std::string value;
  bool has_value = false;
  std::uint64_t version = 0;
  Instant at{};
};

// A delivery as a commit left it: created, attempted, ended or requeued. Deliveries that end or become held together
// with their whole subscription or session are not reported individually.
using DeliverySeen = std::shared_ptr<const outbox::Delivery>;
using WhatChanged = std::variant<SignalSeen, DeliverySeen>;
const SessionId& session_of(const WhatChanged& what);

struct ChangeSeen {
  std::uint64_t position = 0;  // increases by one within a handle, from 1
  WhatChanged what;
};

// The port. Thread-safe.
class Changes {
 public:
  virtual ~Changes() = default;

  struct Page {
    std::vector<ChangeSeen> changes;  // oldest first
    std::uint64_t next = 0;           // pass it as `behind` to read the next page
    std::uint64_t dropped = 0;        // changes after `behind` that are no longer in memory
  };
  // The changes after position `behind`, at most `limit`. A position not reached yet counts as the newest.
  virtual Page read(const Handle& handle, std::uint64_t behind, std::size_t limit) const = 0;
  virtual std::uint64_t newest(const Handle& handle) const = 0;  // 0 if there is none
};

// In memory.
class RecentChanges final : public Changes {
 public:
  struct Limits {
    std::size_t per_handle = 256;
    std::size_t in_all = 65'536;  // about 300 bytes each; beyond it, the handle that has been quiet longest is dropped
  };
  explicit RecentChanges(Limits limits) : limits_(limits) {}
  RecentChanges() : RecentChanges(Limits{}) {}

  Page read(const Handle& handle, std::uint64_t behind, std::size_t limit) const override;
  std::uint64_t newest(const Handle& handle) const override;

  struct Staged {
    Handle handle;
    WhatChanged what;
  };
  // Committing thread only, after each commit, in commit order. `erased` sessions are removed first, so that what a new
  // session of the same id adds stays.
  void put(std::vector<Staged> staged, const std::vector<std::pair<Handle, SessionId>>& erased);

 private:
  struct Entry {
    bool gone = false;  // erased; it keeps its position
    WhatChanged what;
  };
  struct Ring {
    std::uint64_t newest = 0;
    std::deque<Entry> entries;          // the last one is at position `newest`
    std::list<Handle>::iterator place;  // in quiet_, while there are entries
  };

  void add(Staged staged);
  void forget(const Handle& handle, const SessionId& session);
  void drop_quietest();

  const Limits limits_;
  mutable std::mutex mutex_;
  std::unordered_map<Handle, Ring> rings_;
  std::list<Handle> quiet_;  // handles with entries, the longest quiet first
  std::size_t kept_ = 0;
};

}  // namespace beckon::commit
