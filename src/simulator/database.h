// A virtual database that several nodes share, with a replica: which node owns which shards, and, for each lane, the
// journal's rows and a store. Each statement is carried out at once, wherever it is called, in one order, which is the
// log: what a promoted replica has is a part of that order from its beginning.
//
// It also knows what no node may know, and checks it: who is the owner of a shard when a row is added, what was
// acknowledged before, by whom, and whether whoever did so reports what is lost.
#pragma once
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "simulator/stage.h"
#include "store/fence/fenced_commit.h"
#include "store/fence/lease.h"
#include "store/memory/memory_store.h"

namespace beckon::simulator {

// What happens at a later time.
class Agenda {
 public:
  void at(Duration when, std::function<void()> what) { all_.emplace(when, std::move(what)); }
  Duration next() const { return all_.empty() ? Duration::max() : all_.begin()->first; }
  void run(Duration now) {
    while (next() <= now) all_.extract(all_.begin()).mapped()();
  }

 private:
  std::multimap<Duration, std::function<void()>> all_;
};

using Epochs = std::array<std::int64_t, store::kShards>;

// Not thread-safe.
class Database {
 public:
  using Kind = store::LinkError::Kind;
  // Who commits, as far as the statements say.
  struct Writer {
    std::string incarnation;
    Epochs epochs{};
  };

  Database(Stage& stage, Agenda& agenda, bool synchronous);

  // Statements. Those that write are there once they are durable (below).
  void enter(const store::NodeIdentity& node);
  bool renew(const store::NodeIdentity& node);
  store::Division division() const;
  std::optional<Epochs> take(const store::NodeIdentity& node, int lane);
  std::optional<Epochs> take_from(const store::NodeIdentity& node, int lane, const std::string& from,
                                  std::int64_t epoch);  // of the lane's first shard there
  void release(const std::string& incarnation, int lane);
  void want(int lane, const std::string& node);
  // `batch`: null for a row without records. std::nullopt: it is there, and the receipt is in `row`.
  std::optional<Kind> commit(int lane, const Writer& writer, store::Fence fence, store::CommitRow& row,
                             const commit::Batch* batch);
  store::RowsByShard newest(const std::vector<store::Shard>& shards) const;
  std::optional<std::string> id_at(store::Shard shard, const store::JournalPlace& place) const;
  ledger::Position last_before(store::Shard shard, const store::JournalPlace& place, std::int64_t epoch) const;
  std::optional<Kind> confirm(const Writer& writer, store::Fence fence, store::Shard shard);
  store::MemoryStore& store(int lane) { return *stores_.at(static_cast<std::size_t>(lane)); }

  // Calls `told` once what was written so far is on the replica, if a commit waits for that. `warned`: it never may be.
  void when_durable(std::function<void(bool warned)> told);

  // A process has told a client of a commit with this row; or has said that it is lost.
  void acknowledged(const std::string& incarnation, store::Shard shard, const store::JournalRow& row);
  void reported(const std::string& incarnation, store::Shard shard, const store::JournalPlace& place);
  // What is lost and not reported by a process that still knows it. Forgets all others.
  std::optional<std::string> unreported(const std::function<bool(const std::string& incarnation)>& is_alive);
  std::string owner(int lane) const { return tables_->shards[first(lane)].owner; }

  // Faults. A connection to a database that was stopped or has moved has ended.
  int generation() const { return generation_; }
  bool is_away() const { return stage_.time.passed() < away_until_; }
  void stop(Duration lasts);
  void lose_replica() { is_replica_there_ = false; }
  bool is_replica_there() const { return is_replica_there_; }
  void find_replica();
  void cancel_waits();  // of commits for the replica: they are answered with a warning
  // The replica takes its place. By lane: when the first commit was carried out that is lost, if any.
  std::map<int, Duration> promote();
  bool is_synchronous() const { return synchronous_; }
  // Every node has just renewed its lease.
  void renew_all();

  // What a table without its key does: the mutant that is in no code.
  static bool has_no_key();

 private:
  struct Tables {
    struct NodeRow {
      store::NodeIdentity node;
      Duration until{};
    };
    struct ShardRow {
      std::string owner, wanted;
      std::int64_t epoch = 0;
    };
    std::map<std::string, NodeRow> nodes;  // by name
    std::array<ShardRow, store::kShards> shards;
  };
  struct Entry {  // a statement that has written
    Duration at{};
    std::shared_ptr<const Tables> tables;  // as they are after it
    int lane = -1;                         // of a row
    Epochs epochs{};
    store::CommitRow row;
    std::shared_ptr<const commit::Batch> batch;
  };
  struct Row {
    std::string id;
    std::int64_t epoch = 0;
  };
  struct Told {
    store::JournalRow row;  // the newest of those acknowledged
    std::int64_t epoch = 0;
    Duration at{};
    bool is_lost = false;  // and the process has not said so
  };
  static std::size_t first(int lane) { return static_cast<std::size_t>(store::shards_of(lane).front()); }
  bool is_fenced(const Writer& writer, store::Fence fence, store::Shard shard) const;
  Tables& change();
  Epochs own(const store::NodeIdentity& node, int lane);
  void carry_out(const Entry& entry, commit::Receipt* receipt);
  void check(const Writer& writer, const store::CommitRow& row) const;

  Stage& stage_;
  Agenda& agenda_;
  const bool synchronous_;
  std::vector<std::unique_ptr<store::MemoryStore>> stores_;
  std::shared_ptr<Tables> tables_ = std::make_shared<Tables>();
  std::array<std::map<store::JournalPlace, Row>, store::kShards> rows_;
  std::vector<Entry> log_;
  std::size_t durable_ = 0;  // of the log: on the replica
  bool is_replica_there_ = true;
  std::vector<std::function<void(bool)>> waiting_;
  std::array<std::map<std::string, Told>, store::kShards> told_;  // by incarnation
  int generation_ = 1;
  Duration away_until_{};
};

}  // namespace beckon::simulator
