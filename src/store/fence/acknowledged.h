// The newest row of each shard's journal that this process was told is stored, and whether a database still has it.
//
// A replica that is not synchronous lacks the newest rows when it is promoted, and only a process that knows of them
// can tell. So whatever a process makes a connection for, it compares first, for as long as it owns a shard and a
// minute longer: it may lose a shard, or give it away, before it has written again, and the next owner begins with what
// it finds. Each row has an id of its own, so that what the next owner has written in its place hides nothing.
#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/instant.h"
#include "ledger/ledger.h"
#include "store/fence/shards.h"

namespace beckon::store {

// The place of a commit's rows among those of a shard.
struct JournalPlace {
  ledger::Position position = 0;
  std::int64_t turn = 0;  // of a commit without records
  friend auto operator<=>(const JournalPlace&, const JournalPlace&) = default;
};

struct JournalRow {
  JournalPlace place;
  std::string id;  // of the commit, different each time
};
using RowsByShard = std::map<Shard, JournalRow>;

// The journal as a connection's database has it. All members throw LinkError.
class JournalRows {
 public:
  virtual ~JournalRows() = default;
  virtual RowsByShard newest(const std::vector<Shard>& shards) = 0;  // without those that have none
  virtual std::vector<Shard> having(const RowsByShard& rows) = 0;    // those shards that have their row
  // The newest one before a place that was written in this epoch at the latest; 0: there is none.
  virtual ledger::Position last_before(Shard shard, const JournalPlace& place, std::int64_t epoch) = 0;
};

// Thread-safe.
class Acknowledged {
 public:
  static constexpr Duration kRemembered{60'000};  // after a shard is owned no longer
  using Moment = std::chrono::steady_clock::time_point;

  explicit Acknowledged(std::function<Moment()> now = std::chrono::steady_clock::now) : now_(std::move(now)) {}

  // Of shards that were taken, with these epochs: compares what is known of them from before, then reads where their
  // journals end. The newest of these places. Throws LinkError.
  JournalPlace begin(JournalRows& journal, const std::vector<Shard>& shards, const std::vector<std::int64_t>& epochs);
  // A commit is stored, with this row of the shard.
  void stored(Shard shard, const JournalRow& row);
  void left(const std::vector<Shard>& shards);  // this process owns them no longer

  // Whether the connection's database has what it should of these shards. What it has not is logged and counted, once.
  // Throws LinkError.
  bool has_all(JournalRows& journal, const std::vector<Shard>& shards);
  // For a connection of any other use: the same of all that are known.
  void compare(JournalRows& journal);
  bool knows_any() const;

  std::uint64_t lost() const { return lost_; }  // positions, since the start

 private:
  struct Known {
    JournalRow row;
    std::int64_t epoch = 0;  // of the ownership in which it was stored, or found
    bool is_lost = false;    // and that was logged
    std::optional<Moment> left_at;
  };
  void note_loss(JournalRows& journal, Shard shard, const Known& known);

  const std::function<Moment()> now_;
  mutable std::mutex mutex_;
  std::array<std::optional<Known>, kShards> known_;  // guarded by mutex_
  std::atomic<std::uint64_t> lost_{0};
};

}  // namespace beckon::store
