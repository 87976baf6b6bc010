#include "store/postgres/postgres_commit.h"

#include <poll.h>

#include <thread>

#include "store/postgres/faults.h"
#include "store/postgres/journal_parts.h"
#include "store/sum.h"
#include "system/random.h"

namespace beckon::store::postgres {

using commit::Batch;

namespace {

constexpr Duration kConnectEvery{250};

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

// What the commit under way does to what is known of deliveries without rows.
struct PostgresCommit::Effects final : CommitEffects {
  explicit Effects(PostgresCommit& of) : commit(of), owed(of.owed_) {}
  void publish() override {
    for (const std::uint64_t ended : owed.ended_records()) commit.record_shards_.erase(ended);
    if (!shards.empty()) commit.record_shards_.emplace(owed.record(), std::move(shards));
    owed.publish();
  }

  PostgresCommit& commit;
  outbox::OwedChanges owed;
  std::vector<Shard> shards;  // of the rows of its record
};

bool PostgresCommit::connect(bool at_once) {
  if (is_connected() && is_idle(connection_->socket())) return false;
  const auto now = std::chrono::steady_clock::now();
  if (now < try_again_ && !at_once) throw PostgresError("08001", "The database was not reachable a moment ago.");
  try_again_ = now + kConnectEvery;
  connection_ = nullptr;
  auto made = std::make_unique<Connection>(options_);
  made->query("SELECT set_config('application_name', $1, false)", ownership_.commits_name());
  if (!ownership_.is_owner()) {
    // While another server still commits: what the first commit needs is planned before it.
    Transaction transaction(*made, Transaction::Kind::kPipeline);
    ownership_.fence(*made, {});
    insert_rows(*made, {}, Instant{}, {}, {});
    transaction.commit();
  }
  connection_ = std::move(made);
  journal_.emplace(*connection_);
  return true;
}

void PostgresCommit::close() {
  if (connection_) connection_->close();
}

void PostgresCommit::wait() { std::this_thread::sleep_for(kConnectEvery); }

std::string PostgresCommit::new_id() {
  static SystemRandom random;
  return random.bytes(16);
}

ledger::Position PostgresCommit::begin() {
  std::vector<std::int64_t> epochs;
  for (const Shard shard : shards_.own()) epochs.push_back(ownership_.epoch(shard));
  const ledger::Position last = fenced_.begin(epochs);
  record_shards_ = restore_owed(*connection_, shards_.own(), owed_);
  return last;
}

void PostgresCommit::write(const Batch& batch, CommitRow& row, bool& is_asked) {
  auto effects = std::make_shared<Effects>(*this);
  row.effects = effects;
  try {
    ask_for(batch, row, *effects, is_asked);
  } catch (const PostgresError&) {
    standings_.clear();  // some may be as the commit would have left them
    throw;
  }
}

void PostgresCommit::ask_for(const Batch& batch, CommitRow& row, Effects& effects, bool& is_asked) {
  auto parts = parts_of(batch, shards_);
  Transaction transaction(*connection_, Transaction::Kind::kPipeline);
  Writing writing{.connection = *connection_,
                  .shards = shards_,
                  .owed = effects.owed,
                  .record_shards = record_shards_,
                  .standings = standings_,
                  .batch = batch,
                  .may_owe = may_owe_,
                  .position = row.place.position};
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
  effects.shards = write_record(writing);
  if (parts.empty()) parts.push_back({writing.touched.empty() ? shards_.own().front() : *writing.touched.begin(), {}});
  std::vector<Shard> shards;
  std::vector<std::string_view> bytes;
  for (const JournalPart& part : parts) {
    row.shards.insert(writing.touch(part.shard));
    shards.push_back(part.shard);
    bytes.push_back(part.bytes);
  }
  ownership_.fence(*connection_, writing.touched);
  insert_rows(*connection_, row, batch.at, shards, bytes);
  row.receipt.unfinished = std::move(writing.unfinished);
  if (before_commit) before_commit(*connection_);
  is_asked = true;
  transaction.ask();
  if (asked) asked(*connection_);
  transaction.commit();
}

std::optional<std::string> PostgresCommit::id_at(Shard shard, const JournalPlace& place) {
  auto row = connection_->query("SELECT id FROM journal WHERE shard = $1 AND position = $2 AND turn = $3", shard,
                                place.position, place.turn);
  return row.next() ? std::optional(std::string(row.text(0))) : std::nullopt;
}

void PostgresCommit::confirm(Shard shard, const JournalPlace& place) {
  Transaction transaction(*connection_, Transaction::Kind::kPipeline);
  ownership_.fence(*connection_, {shard});
  connection_->run("UPDATE journal_end SET position = greatest(position, $2) WHERE shard = $1", shard, place.position);
  transaction.commit();
}

void PostgresCommit::substitute(const CommitRow& row) {
  Transaction transaction(*connection_, Transaction::Kind::kPipeline);
  ownership_.fence(*connection_, row.shards);
  insert_rows(*connection_, row, Instant{}, {row.shards.begin(), row.shards.end()},
              std::vector<std::string_view>(row.shards.size()));
  transaction.commit();
}

void PostgresCommit::insert_rows(Connection& connection, const CommitRow& row, Instant at,
                                 const std::vector<Shard>& shards, const std::vector<std::string_view>& bytes) {
  std::vector<std::int64_t> epochs, sums;
  std::vector<Blob> blobs;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    epochs.push_back(ownership_.epoch(shards[i]));
    sums.push_back(bytes[i].empty() ? 0 : sum_of(bytes[i], row.place.position, to_ms(at)));
    blobs.push_back({bytes[i]});
  }
  connection.run(
      "INSERT INTO journal (shard, position, turn, epoch, id, at, sum, bytes) "
      "SELECT r.shard, $1, $2, r.epoch, $3, $4, r.sum, r.bytes "
      "FROM unnest($5::bigint[], $6::bigint[], $7::bigint[], $8::bytea[]) AS r(shard, epoch, sum, bytes)",
      row.place.position, row.place.turn, Blob{row.id}, at, shards, epochs, sums, blobs);
}

}  // namespace beckon::store::postgres
