#include "store/postgres/postgres_commit.h"

#include <poll.h>

#include <thread>

#include "store/postgres/faults.h"
#include "store/postgres/journal_parts.h"
#include "store/postgres/planted.h"
#include "store/sum.h"
#include "system/log.h"
#include "system/random.h"

namespace beckon::store::postgres {

using commit::Batch;
using commit::CommitFault;
using commit::Receipt;

namespace {

constexpr Duration kConnectEvery{250};

std::string new_id() {
  static SystemRandom random;
  return random.bytes(16);
}

// An idle connection has nothing to read, unless the server has closed it or says why it will. Looked at before a
// commit, so that none is asked of a server that is gone, which would leave open whether it had heard.
bool is_idle(int socket) {
  pollfd one{.fd = socket, .events = POLLIN, .revents = 0};
  return ::poll(&one, 1, 0) == 0;
}

}  // namespace

void read_ahead(Writing& writing) {
  read_deliveries_ahead(writing);
  read_rows_ahead(writing);
}

// While the database is away, it is tried a few times a second at most; in between, commits fail at once.
void PostgresCommit::connect() {
  if (connection_ && connection_->is_usable() && is_idle(connection_->socket())) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < try_again_) throw PostgresError("08001", "The database was not reachable a moment ago.");
  try_again_ = now + kConnectEvery;
  is_compared_ = false;
  connection_ = std::make_unique<Connection>(options_);
  connection_->query("SELECT set_config('application_name', $1, false)", ownership_.commits_name());
  if (ownership_.is_owner()) return;
  // While another server still commits: what the first commit needs is planned before it.
  Transaction transaction(*connection_, Transaction::Kind::kPipeline);
  ownership_.fence(*connection_, {});
  insert_rows({}, Instant{}, {}, {});
  transaction.commit();
}

ledger::Position PostgresCommit::begin() {
  connect();
  std::vector<std::int64_t> epochs;
  for (const Shard shard : shards_.own()) epochs.push_back(ownership_.epoch(shard));
  last_ = ownership_.acknowledged().begin(*connection_, shards_.own(), epochs);
  is_compared_ = true;
  record_shards_ = restore_owed(*connection_, shards_.own(), owed_);
  return last_.position;
}

std::expected<Receipt, CommitFault> PostgresCommit::write(const Batch& batch) {
  if (broken_ || !ownership_.is_owner()) return unexpected(CommitFault::kBroken);
  for (bool again = true;; again = false) {
    const bool is_former = connection_ && connection_->is_usable();
    Pending pending;
    outbox::OwedChanges owed(owed_);
    bool is_asked = false;
    try {
      connect();
      if (!is_compared_ && anything_lost()) {
        broken_ = true;
        return unexpected(CommitFault::kBroken);
      }
      try_write(batch, owed, pending, is_asked);
      return stored(std::move(pending), owed);
    } catch (const PostgresError& error) {
      standings_.clear();  // some may be as the commit would have left them
      // The connection may have been closed while it was idle; a deadlock passes.
      const bool may_pass = error.is_lost() ? is_former : error.state.starts_with("40");
      if (is_asked && error.is_lost()) {
        if (planted(Planted::kUnknownIsRefused)) return unexpected(CommitFault::kBusy);
        if (planted(Planted::kUnknownIsRetried)) {
          last_ = pending.place;
          try_again_ = {};
          continue;
        }
        auto settled = settle(std::move(pending), owed);
        if (settled || settled.error() == CommitFault::kBroken || !again || !may_pass) return settled;
      } else if (!again || !may_pass) {
        return failed(error);
      }
      try_again_ = {};
    }
  }
}

std::unexpected<CommitFault> PostgresCommit::failed(const PostgresError& error) {
  log::error("commit_failed").add("sqlstate", error.state).add("message", error.what());
  if (is_fenced(error) || error.state == "23505") {
    broken_ = true;
    log::error("taken_over").add("why", "another server has taken over this database");
    return unexpected(CommitFault::kBroken);
  }
  return unexpected(is_out_of_space(error) ? CommitFault::kFull : CommitFault::kBusy);
}

void PostgresCommit::try_write(const Batch& batch, outbox::OwedChanges& owed, Pending& pending, bool& is_asked) {
  auto parts = parts_of(batch, shards_);
  pending.place = parts.empty() ? JournalPlace{last_.position, last_.turn + 1} : JournalPlace{last_.position + 1, 0};
  pending.id = new_id();
  pending.receipt.position = pending.place.position;

  Transaction transaction(*connection_, Transaction::Kind::kPipeline);
  Writing writing{.connection = *connection_,
                  .shards = shards_,
                  .owed = owed,
                  .record_shards = record_shards_,
                  .standings = standings_,
                  .batch = batch,
                  .may_owe = may_owe_,
                  .position = pending.place.position};
  read_ahead(writing);
  for (std::size_t i = 0; i < batch.changes.size();) {
    if (concerns_others(batch.changes[i])) send_new_rows(writing);
    i = std::visit(commit::Cases{[&](const commit::SnapshotWrite&) { return apply_snapshots(writing, i); },
                                 [&](const outbox::Event&) {
                                   apply_events(writing, i);
                                   return i + 1;
                                 },
                                 [&](const auto& one) {
                                   apply(writing, one);
                                   return i + 1;
                                 }},
                   batch.changes[i]);
  }
  pending.owed = write_record(writing);
  if (parts.empty()) parts.push_back({writing.touched.empty() ? shards_.own().front() : *writing.touched.begin(), {}});
  std::vector<Shard> shards;
  std::vector<std::string_view> bytes;
  for (const JournalPart& part : parts) {
    pending.shards.insert(writing.touch(part.shard));
    shards.push_back(part.shard);
    bytes.push_back(part.bytes);
  }
  ownership_.fence(*connection_, writing.touched);
  insert_rows(pending, batch.at, shards, bytes);
  pending.receipt.unfinished = std::move(writing.unfinished);
  if (before_commit) before_commit(*connection_);
  is_asked = true;
  transaction.ask();
  if (asked) asked(*connection_);
  transaction.commit();
}

void PostgresCommit::insert_rows(const Pending& pending, Instant at, const std::vector<Shard>& shards,
                                 const std::vector<std::string_view>& bytes) {
  std::vector<std::int64_t> epochs, sums;
  std::vector<Blob> blobs;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    epochs.push_back(ownership_.epoch(shards[i]));
    sums.push_back(bytes[i].empty() ? 0 : sum_of(bytes[i], pending.place.position, to_ms(at)));
    blobs.push_back({bytes[i]});
  }
  connection_->run(
      "INSERT INTO journal (shard, position, turn, epoch, id, at, sum, bytes) "
      "SELECT r.shard, $1, $2, r.epoch, $3, $4, r.sum, r.bytes "
      "FROM unnest($5::bigint[], $6::bigint[], $7::bigint[], $8::bytea[]) AS r(shard, epoch, sum, bytes)",
      pending.place.position, pending.place.turn, Blob{pending.id}, at, shards, epochs, sums, blobs);
}

Receipt PostgresCommit::stored(Pending pending, outbox::OwedChanges& owed) {
  for (const std::uint64_t ended : owed.ended_records()) record_shards_.erase(ended);
  if (!pending.owed.empty()) record_shards_.emplace(owed.record(), std::move(pending.owed));
  owed.publish();
  last_ = pending.place;
  for (const Shard shard : pending.shards) ownership_.acknowledged().stored(shard, pending.place, pending.id);
  return std::move(pending.receipt);
}

std::expected<Receipt, CommitFault> PostgresCommit::settle(Pending pending, outbox::OwedChanges& owed) {
  ++counts_.unknown;
  log::warn("commit_outcome_unknown").add("position", static_cast<std::int64_t>(pending.place.position));
  if (connection_) connection_->close();
  const auto asked_at = std::chrono::steady_clock::now();
  Outcome outcome = Outcome::kOpen;
  while (outcome == Outcome::kOpen && !given_up_) {
    try {
      connect();
      outcome = look(pending);
    } catch (const PostgresError& error) {
      if (is_fenced(error)) outcome = Outcome::kOvertaken;
      // Whatever else it is, the outcome is as unknown as before.
    }
    if (outcome == Outcome::kOpen) std::this_thread::sleep_for(kConnectEvery);
  }
  const auto waited = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - asked_at).count();
  const auto told = [&](const char* what) {
    log::warn("commit_outcome_found").add("what", what).add("waited_ms", waited);
  };
  switch (outcome) {
    case Outcome::kStored:
      ++counts_.found;
      told("it is stored");
      return stored(std::move(pending), owed);
    case Outcome::kNever:
      ++counts_.not_found;
      told("it is not stored");
      last_ = pending.place;  // which its substitute has
      return unexpected(CommitFault::kBusy);
    case Outcome::kOvertaken: told("another server has taken over"); break;
    case Outcome::kLost: told("the database has lost commits before it"); break;
    case Outcome::kOpen: told("the server stopped before it was known"); break;
  }
  broken_ = true;
  return unexpected(CommitFault::kBroken);
}

PostgresCommit::Outcome PostgresCommit::look(const Pending& pending) {
  if (anything_lost()) return Outcome::kLost;
  const Shard first = *pending.shards.begin();
  auto row = connection_->query("SELECT id FROM journal WHERE shard = $1 AND position = $2 AND turn = $3", first,
                                pending.place.position, pending.place.turn);
  if (row.next()) {
    if (row.text(0) != pending.id) return Outcome::kOvertaken;
    Transaction transaction(*connection_, Transaction::Kind::kPipeline);
    ownership_.fence(*connection_, {first});
    connection_->run("UPDATE journal_end SET position = greatest(position, $2) WHERE shard = $1", first,
                     pending.place.position);
    transaction.commit();
    return Outcome::kStored;
  }
  Pending substitute{.place = pending.place, .id = new_id(), .shards = {first}, .receipt = {}};
  try {
    Transaction transaction(*connection_, Transaction::Kind::kPipeline);
    ownership_.fence(*connection_, substitute.shards);
    insert_rows(substitute, Instant{}, {first}, {std::string_view{}});
    transaction.commit();
  } catch (const PostgresError& error) {
    if (error.state == "23505") return Outcome::kOpen;  // the former transaction was faster: look again
    throw;
  }
  ownership_.acknowledged().stored(first, substitute.place, substitute.id);
  return Outcome::kNever;
}

bool PostgresCommit::anything_lost() {
  is_compared_ = ownership_.acknowledged().has_all(*connection_, shards_.own());
  return !is_compared_;
}

}  // namespace beckon::store::postgres
