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
// What becomes of a commit whose answer is lost, and when nothing is committed anymore: store/fence/fenced_commit.h.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <optional>

#include "commit/commit.h"
#include "outbox/owed.h"
#include "store/fence/fenced_commit.h"
#include "store/postgres/batch_rows.h"
#include "store/postgres/connection.h"
#include "store/postgres/journal_rows.h"
#include "store/postgres/owed_records.h"
#include "store/postgres/ownership.h"

namespace beckon::store::postgres {

class PostgresCommit final : public commit::Commit, private CommitLink {
 public:
  PostgresCommit(ConnectionOptions options, Shards& shards, Ownership& ownership, outbox::OwedTable& owed)
      : options_(std::move(options)), shards_(shards), ownership_(ownership), owed_(owed) {}

  // Connects, so that begin() is quick. Throws PostgresError.
  void prepare() { connect(true); }
  // After `ownership` was taken: reads where the journal ends, and what is owed. The position of the last commit.
  // Throws PostgresError.
  ledger::Position begin();
  // Any thread. From now on deliveries may be owed without rows.
  void allow_owed() { may_owe_ = true; }
  bool may_owe() const { return may_owe_; }
  std::expected<commit::Receipt, commit::CommitFault> write(const commit::Batch& batch) override {
    return fenced_.write(batch);
  }

  using Counts = FencedCommit::Counts;
  const Counts& counts() const { return fenced_.counts(); }
  void give_up() { fenced_.give_up(); }  // as of FencedCommit

  // For tests. Called on the committing thread with the connection: before a commit is asked for, and after it was
  // asked for but before its answer is read.
  std::function<void(Connection&)> before_commit;
  std::function<void(Connection&)> asked;

 private:
  struct Effects;

  bool is_owner() const override { return ownership_.is_owner(); }
  bool is_connected() const override { return connection_ && connection_->is_usable(); }
  bool connect(bool at_once) override;
  void close() override;
  JournalRows& journal() override { return *journal_; }
  void write(const commit::Batch& batch, CommitRow& row, bool& is_asked) override;
  std::optional<std::string> id_at(Shard shard, const JournalPlace& place) override;
  void confirm(Shard shard, const JournalPlace& place) override;
  void substitute(const CommitRow& row) override;
  std::string new_id() override;
  void wait() override;
  void ask_for(const commit::Batch& batch, CommitRow& row, Effects& effects, bool& is_asked);
  void insert_rows(Connection& connection, const CommitRow& row, Instant at, const std::vector<Shard>& shards,
                   const std::vector<std::string_view>& bytes);

  const ConnectionOptions options_;
  Shards& shards_;
  Ownership& ownership_;
  outbox::OwedTable& owed_;
  RecordShards record_shards_;
  std::unordered_map<SubscriptionId, outbox::Standing> standings_;  // as of the last commit
  std::atomic<bool> may_owe_{false};
  std::unique_ptr<Connection> connection_;
  std::optional<ConnectionRows> journal_;
  std::chrono::steady_clock::time_point try_again_{};  // to connect
  FencedCommit fenced_{*this, ownership_.acknowledged(), shards_.own()};
};

}  // namespace beckon::store::postgres
