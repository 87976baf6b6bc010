// How a node commits to a database that it shares with others, whatever the driver: where a commit's rows are, what
// becomes of a commit whose answer is lost, and when nothing may be committed anymore. The driver is a CommitLink.
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
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "commit/commit.h"
#include "store/fence/acknowledged.h"
#include "store/fence/link_error.h"
#include "store/fence/shards.h"

namespace beckon::store {

// What a commit changes in the driver's memory. Ends without publish(): nothing.
class CommitEffects {
 public:
  virtual ~CommitEffects() = default;
  virtual void publish() = 0;  // the commit is stored
};

struct CommitRow : JournalRow {
  std::set<Shard> shards;  // those that the commit touched, where it has a row each
  commit::Receipt receipt;
  std::shared_ptr<CommitEffects> effects;  // null: none
};

// A connection to the database for commits. All members throw LinkError. Confined to the committing thread.
class CommitLink {
 public:
  virtual ~CommitLink() = default;
  virtual bool is_owner() const = 0;      // of the shards, as far as this process has taken them
  virtual bool is_connected() const = 0;  // as of the last call of another member
  // Makes a connection unless there is one that seems to work. True if it is new. While the database is away it is
  // tried a few times a second at most, unless `at_once`; in between it fails.
  virtual bool connect(bool at_once) = 0;
  virtual void close() = 0;
  virtual JournalRows& journal() = 0;  // of the connection; until the next connect()
  // One transaction: the changes of the batch, the fence (fence_of_commits), and a row in each shard that they touch.
  // In: place and id of the row; out: the rest. `is_asked` once the database may have heard of the commit.
  virtual void write(const commit::Batch& batch, CommitRow& row, bool& is_asked) = 0;
  // Of the commit that has a row there.
  virtual std::optional<std::string> id_at(Shard shard, const JournalPlace& place) = 0;
  // A durable commit under the fence, that adds nothing.
  virtual void confirm(Shard shard, const JournalPlace& place) = 0;
  virtual void substitute(const CommitRow& row) = 0;  // rows without records, under the fence
  virtual std::string new_id() = 0;
  virtual void wait() = 0;  // until the database is tried again
};

// Confined to the committing thread unless it says otherwise.
class FencedCommit {
 public:
  // `shards`: those that are read and written here.
  FencedCommit(CommitLink& link, Acknowledged& acknowledged, const std::vector<Shard>& shards)
      : link_(link), acknowledged_(acknowledged), shards_(shards) {}

  // After the shards were taken, with these epochs: reads where the journal ends. The position of the last commit.
  // Throws LinkError.
  ledger::Position begin(const std::vector<std::int64_t>& epochs);
  std::expected<commit::Receipt, commit::CommitFault> write(const commit::Batch& batch);

  struct Counts {
    std::atomic<std::uint64_t> unknown{0};    // commits whose answer was lost, of these
    std::atomic<std::uint64_t> found{0};      // had committed
    std::atomic<std::uint64_t> not_found{0};  // had not
  };
  const Counts& counts() const { return counts_; }
  // Any thread. Ends the wait for an unknown outcome, as kBroken: the next start finds out.
  void give_up() { given_up_ = true; }

 private:
  enum class Outcome : std::uint8_t { kStored, kNever, kOvertaken, kLost, kOpen };

  void connect(bool at_once);
  commit::Receipt stored(CommitRow row);
  std::expected<commit::Receipt, commit::CommitFault> settle(CommitRow row);
  Outcome look(const CommitRow& row);
  bool anything_lost();
  std::unexpected<commit::CommitFault> failed(const LinkError& error);

  CommitLink& link_;
  Acknowledged& acknowledged_;
  const std::vector<Shard>& shards_;
  bool is_compared_ = false;  // the connection's server has what was acknowledged
  bool broken_ = false;
  JournalPlace last_;  // of the last commit
  Counts counts_;
  std::atomic<bool> given_up_{false};
};

}  // namespace beckon::store
