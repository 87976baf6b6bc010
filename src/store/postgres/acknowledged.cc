#include "store/postgres/acknowledged.h"

#include <algorithm>

#include "store/postgres/planted.h"
#include "system/log.h"

namespace beckon::store::postgres {

JournalPlace Acknowledged::begin(Connection& connection, const std::vector<Shard>& shards,
                                 const std::vector<std::int64_t>& epochs) {
  has_all(connection, shards);
  auto row = connection.query(
      "SELECT j.shard, j.position, j.turn, j.id FROM unnest($1::bigint[]) AS s(id) CROSS JOIN LATERAL ("
      "SELECT shard, position, turn, id FROM journal WHERE shard = s.id ORDER BY position DESC, turn DESC LIMIT 1) j",
      shards);
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < shards.size(); ++i) {
    Known& one = known_.at(static_cast<std::size_t>(shards[i])).emplace();
    one.epoch = epochs.at(i);
  }
  JournalPlace newest;
  while (row.next()) {
    Known& one = *known_.at(row.whole(0));
    one.place = {row.whole(1), row.integer(2)};
    one.id = row.text(3);
    newest = std::max(newest, one.place);
  }
  return newest;
}

void Acknowledged::stored(Shard shard, JournalPlace place, const std::string& id) {
  const std::lock_guard lock(mutex_);
  auto& one = known_.at(static_cast<std::size_t>(shard));
  if (!one) one.emplace();
  one->place = place;
  one->id = id;
}

void Acknowledged::left(const std::vector<Shard>& shards) {
  const std::lock_guard lock(mutex_);
  for (const Shard shard : shards)
    if (auto& one = known_.at(static_cast<std::size_t>(shard)); one && !one->left_at)
      one->left_at = std::chrono::steady_clock::now();
}

bool Acknowledged::knows_any() const {
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(known_, [](const auto& one) { return one.has_value(); });
}

bool Acknowledged::has_all(Connection& connection, const std::vector<Shard>& shards) {
  if (planted(Planted::kNoComparison)) return true;
  std::array<std::optional<Known>, kShards> known;
  {
    const std::lock_guard lock(mutex_);
    const auto forgotten = std::chrono::steady_clock::now() - kRemembered;
    for (auto& one : known_)
      if (one && one->left_at && *one->left_at < forgotten) one.reset();
    known = known_;
  }
  std::vector<std::int64_t> ids, positions, turns;
  std::vector<Blob> rows;
  bool has_all = true;
  for (const Shard shard : shards) {
    const auto& one = known.at(static_cast<std::size_t>(shard));
    if (!one || one->id.empty()) continue;
    if (one->is_lost) has_all = false;
    if (one->is_lost) continue;
    ids.push_back(shard);
    positions.push_back(static_cast<std::int64_t>(one->place.position));
    turns.push_back(one->place.turn);
    rows.push_back({one->id});
  }
  if (ids.empty()) return has_all;
  std::vector<Shard> lost = ids;
  auto row = connection.query(
      "SELECT k.shard FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[]) AS k(shard, position, turn, "
      "id) CROSS JOIN LATERAL (SELECT id FROM journal WHERE shard = k.shard AND position = k.position "
      "AND turn = k.turn LIMIT 1) j WHERE j.id = k.id",
      ids, positions, turns, rows);
  while (row.next()) std::erase(lost, row.integer(0));
  for (const Shard shard : lost) note_loss(connection, shard, *known.at(static_cast<std::size_t>(shard)));
  return has_all && lost.empty();
}

// Rows of a later owner do not count as found.
void Acknowledged::note_loss(Connection& connection, Shard shard, const Known& known) {
  auto row = connection.query(
      "SELECT position FROM journal WHERE shard = $1 AND (position, turn) < ($2, $3) AND epoch <= $4 "
      "ORDER BY position DESC, turn DESC LIMIT 1",
      shard, known.place.position, known.place.turn, known.epoch);
  const ledger::Position found = row.next() ? row.whole(0) : 0;
  {
    const std::lock_guard lock(mutex_);
    auto& one = known_.at(static_cast<std::size_t>(shard));
    if (!one || one->id != known.id || std::exchange(one->is_lost, true)) return;
  }
  lost_ += std::max<ledger::Position>(1, known.place.position - found);
  log::error("positions_lost")
      .add("shard", shard)
      .add("acknowledged", static_cast<std::int64_t>(known.place.position))
      .add("found", static_cast<std::int64_t>(found));
}

}  // namespace beckon::store::postgres
