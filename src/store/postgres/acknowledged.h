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
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/instant.h"
#include "ledger/ledger.h"
#include "store/postgres/connection.h"
#include "store/postgres/schema.h"
#include "store/postgres/shards.h"

namespace beckon::store::postgres {

// The place of a commit's rows (schema.cc).
struct JournalPlace {
  ledger::Position position = 0;
  std::int64_t turn = 0;
  friend auto operator<=>(const JournalPlace&, const JournalPlace&) = default;
};

// Thread-safe.
class Acknowledged {
 public:
  static constexpr Duration kRemembered{60'000};  // after a shard is owned no longer

  // Of shards that were taken, with these epochs: compares what is known of them from before, then reads where their
  // journals end. The newest of these places. Throws PostgresError.
  JournalPlace begin(Connection& connection, const std::vector<Shard>& shards, const std::vector<std::int64_t>& epochs);
  // A commit is stored, with this row of the shard. `id`: of the row.
  void stored(Shard shard, JournalPlace place, const std::string& id);
  void left(const std::vector<Shard>& shards);  // this process owns them no longer

  // Whether the connection's database has what it should of these shards, or of all that are known. What it has not is
  // logged and counted, once. Throws PostgresError.
  bool has_all(Connection& connection, const std::vector<Shard>& shards);
  bool has_all(Connection& connection) { return has_all(connection, Shards::all()); }
  bool knows_any() const;

  std::uint64_t lost() const { return lost_; }  // positions, since the start

 private:
  struct Known {
    JournalPlace place;
    std::string id;
    std::int64_t epoch = 0;  // of the ownership in which it was stored, or found
    bool is_lost = false;    // and that was logged
    std::optional<std::chrono::steady_clock::time_point> left_at;
  };
  void note_loss(Connection& connection, Shard shard, const Known& known);

  mutable std::mutex mutex_;
  std::array<std::optional<Known>, kShards> known_;  // guarded by mutex_
  std::atomic<std::uint64_t> lost_{0};
};

}  // namespace beckon::store::postgres
