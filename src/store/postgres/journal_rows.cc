#include "store/postgres/journal_rows.h"

namespace beckon::store::postgres {

RowsByShard ConnectionRows::newest(const std::vector<Shard>& shards) {
  RowsByShard found;
  auto row = connection_.query(
      "SELECT j.shard, j.position, j.turn, j.id FROM unnest($1::bigint[]) AS s(id) CROSS JOIN LATERAL ("
      "SELECT shard, position, turn, id FROM journal WHERE shard = s.id ORDER BY position DESC, turn DESC LIMIT 1) j",
      shards);
  while (row.next()) found[row.integer(0)] = {.place = {row.whole(1), row.integer(2)}, .id = std::string(row.text(3))};
  return found;
}

std::vector<Shard> ConnectionRows::having(const RowsByShard& rows) {
  std::vector<std::int64_t> shards, positions, turns;
  std::vector<Blob> ids;
  for (const auto& [shard, row] : rows) {
    shards.push_back(shard);
    positions.push_back(static_cast<std::int64_t>(row.place.position));
    turns.push_back(row.place.turn);
    ids.push_back({row.id});
  }
  auto row = connection_.query(
      "SELECT k.shard FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[]) AS k(shard, position, turn, "
      "id) CROSS JOIN LATERAL (SELECT id FROM journal WHERE shard = k.shard AND position = k.position "
      "AND turn = k.turn LIMIT 1) j WHERE j.id = k.id",
      shards, positions, turns, ids);
  std::vector<Shard> found;
  while (row.next()) found.push_back(row.integer(0));
  return found;
}

ledger::Position ConnectionRows::last_before(Shard shard, const JournalPlace& place, std::int64_t epoch) {
  auto row = connection_.query(
      "SELECT position FROM journal WHERE shard = $1 AND (position, turn) < ($2, $3) AND epoch <= $4 "
      "ORDER BY position DESC, turn DESC LIMIT 1",
      shard, place.position, place.turn, epoch);
  return row.next() ? row.whole(0) : 0;
}

}  // namespace beckon::store::postgres
