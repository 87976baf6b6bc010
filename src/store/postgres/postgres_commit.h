// commit::Commit over PostgreSQL: one transaction per batch, in one round trip unless a change has to read first.
// Confined to the committing thread.
//
// Positions. The port has one dense position for all of a store's journal rows; the table has rows by shard. The
// position is the number of the commit among those with records, and all rows of one commit have it: read in order and
// joined (PostgresLedger), they are the commit's row again. A shard's own rows are those of the commits that touched
// it, in order. So a shard can be read, moved or taken over by itself, and what compares positions (snapshots,
// erasures, checkpoints) compares those of one shard. A commit without records has a row too, with a `turn`, in the
// first shard that it touches.
//
// Unknown outcome. If the answer to a commit is lost, `write` does not return before it is known: it connects again,
// looks whether the newest row of each shard that was acknowledged is there (if not, a replica without it was promoted:
// it is lost, which is logged, and this process must start again from what there is; acknowledged.h), then looks for
// the commit's own row. Found: a durable commit of this connection makes sure that it is also on the replica, since it
// may have been found before it was there. Not found: a row without records is written in its place, which waits for
// the former transaction, so that it can never commit afterwards. nodes.md, docs/scale.md. Whatever a connection is
// made for, it compares first.
#pragma once
#include <atomic>
#include <functional>
#include <memory>

#include "commit/commit.h"
#include "outbox/owed.h"
#include "store/postgres/batch_rows.h"
#include "store/postgres/connection.h"
#include "store/postgres/owed_records.h"
#include "store/postgres/ownership.h"

namespace beckon::store::postgres {

class PostgresCommit final : public commit::Commit {
 public:
  PostgresCommit(ConnectionOptions options, Shards& shards, Ownership& ownership, outbox::OwedTable& owed)
      : options_(std::move(options)), shards_(shards), ownership_(ownership), owed_(owed) {}

  // Connects, so that begin() is quick. Throws PostgresError.
  void prepare() { connect(); }
  // After `ownership` was taken: reads where the journal ends, and what is owed. The position of the last commit.
  // Throws PostgresError.
  ledger::Position begin();
  // Any thread. From now on deliveries may be owed without rows.
  void allow_owed() { may_owe_ = true; }
  bool may_owe() const { return may_owe_; }
  std::expected<commit::Receipt, commit::CommitFault> write(const commit::Batch& batch) override;

  struct Counts {
    std::atomic<std::uint64_t> unknown{0};    // commits whose answer was lost, of these
    std::atomic<std::uint64_t> found{0};      // had committed
    std::atomic<std::uint64_t> not_found{0};  // had not
  };
  const Counts& counts() const { return counts_; }
  // Any thread. Ends the wait for an unknown outcome, as kBroken: the next start finds out.
  void give_up() { given_up_ = true; }

  // For tests. Called on the committing thread with the connection: before a commit is asked for, and after it was
  // asked for but before its answer is read.
  std::function<void(Connection&)> before_commit;
  std::function<void(Connection&)> asked;

 private:
  struct Pending {
    JournalPlace place;
    std::string id;
    std::set<Shard> shards;  // of its rows
    commit::Receipt receipt;
    std::vector<Shard> owed = {};  // of the rows of its record
  };
  enum class Outcome : std::uint8_t { kStored, kNever, kOvertaken, kLost, kOpen };

  void connect();
  void try_write(const commit::Batch& batch, outbox::OwedChanges& owed, Pending& pending, bool& is_asked);
  commit::Receipt stored(Pending pending, outbox::OwedChanges& owed);
  std::expected<commit::Receipt, commit::CommitFault> settle(Pending pending, outbox::OwedChanges& owed);
  Outcome look(const Pending& pending);
  bool anything_lost();
  void insert_rows(const Pending& pending, Instant at, const std::vector<Shard>& shards,
                   const std::vector<std::string_view>& bytes);
  std::unexpected<commit::CommitFault> failed(const PostgresError& error);

  const ConnectionOptions options_;
  Shards& shards_;
  Ownership& ownership_;
  outbox::OwedTable& owed_;
  RecordShards record_shards_;
  std::unordered_map<SubscriptionId, outbox::Standing> standings_;  // as of the last commit
  std::atomic<bool> may_owe_{false};
  std::unique_ptr<Connection> connection_;
  std::chrono::steady_clock::time_point try_again_{};  // to connect
  bool is_compared_ = false;                           // the connection's server has what was acknowledged
  bool broken_ = false;
  JournalPlace last_;  // of the last commit
  Counts counts_;
  std::atomic<bool> given_up_{false};
};

}  // namespace beckon::store::postgres
