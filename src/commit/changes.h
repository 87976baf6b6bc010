// What happened lately, for those who watch: signals and deliveries of each handle, in the order of commits. Whoever
// watches reads by position, so that a slow reader costs the committing thread nothing. It is not the record of
// anything: what is older than its bounds, or than this process, stands in the ledger and in the log.
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

// Of a delivery, as a commit left it: created, attempted, ended or queued again. What ends or is held together with its
// whole subscription or session is not reported one by one.
using DeliverySeen = std::shared_ptr<const outbox::Delivery>;
using WhatChanged = std::variant<SignalSeen, DeliverySeen>;
const SessionId& session_of(const WhatChanged& what);

struct ChangeSeen {
  std::uint64_t position = 0;  // rises by one within a handle, from 1
  WhatChanged what;
};

// The port. Thread-safe.
class Changes {
 public:
  virtual ~Changes() = default;

  struct Page {
    std::vector<ChangeSeen> changes;  // oldest first
    std::uint64_t next = 0;           // to go on behind
    std::uint64_t dropped = 0;        // between what was asked for and the first of these: out of bounds
  };
  // Those behind a position, at most `limit`. A position that is not reached yet is taken for the newest.
  virtual Page read(const Handle& handle, std::uint64_t behind, std::size_t limit) const = 0;
  virtual std::uint64_t newest(const Handle& handle) const = 0;  // 0: nothing happened yet
};

// In memory.
class RecentChanges final : public Changes {
 public:
  struct Limits {
    std::size_t per_handle = 256;
    std::size_t in_all =
        65'536;  // some 300 bytes each; beyond it the handle goes in which nothing happened for longest
  };
  explicit RecentChanges(Limits limits) : limits_(limits) {}
  RecentChanges() : RecentChanges(Limits{}) {}

  Page read(const Handle& handle, std::uint64_t behind, std::size_t limit) const override;
  std::uint64_t newest(const Handle& handle) const override;

  struct Staged {
    Handle handle;
    WhatChanged what;
  };
  // Committing thread, after the commit and in its order. What was erased leaves first, so that what a new life of the
  // session brings stays.
  void put(std::vector<Staged> staged, const std::vector<std::pair<Handle, SessionId>>& erased);

 private:
  struct Entry {
    bool gone = false;  // erased; it keeps its position
    WhatChanged what;
  };
  struct Ring {
    std::uint64_t newest = 0;
    std::deque<Entry> entries;          // the last of them at `newest`
    std::list<Handle>::iterator place;  // in quiet_, while there are entries
  };

  void add(Staged staged);
  void forget(const Handle& handle, const SessionId& session);
  void drop_quietest();

  const Limits limits_;
  mutable std::mutex mutex_;
  std::unordered_map<Handle, Ring> rings_;
  std::list<Handle> quiet_;  // handles with entries, the quietest first
  std::size_t kept_ = 0;
};

}  // namespace beckon::commit
