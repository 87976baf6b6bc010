#include "store/fence/acknowledged.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "store/fence/planted.h"
#include "system/log.h"

namespace beckon::store {

JournalPlace Acknowledged::begin(JournalRows& journal, const std::vector<Shard>& shards,
                                 const std::vector<std::int64_t>& epochs) {
  has_all(journal, shards);
  auto newest = journal.newest(shards);
  const std::lock_guard lock(mutex_);
  JournalPlace last;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    Known& one = known_.at(static_cast<std::size_t>(shards[i])).emplace();
    one.epoch = epochs.at(i);
    if (const auto row = newest.find(shards[i]); row != newest.end()) one.row = std::move(row->second);
    last = std::max(last, one.row.place);
  }
  return last;
}

void Acknowledged::stored(Shard shard, const JournalRow& row) {
  const std::lock_guard lock(mutex_);
  auto& one = known_.at(static_cast<std::size_t>(shard));
  if (!one) one.emplace();
  one->row = row;
}

void Acknowledged::left(const std::vector<Shard>& shards) {
  const std::lock_guard lock(mutex_);
  for (const Shard shard : shards)
    if (auto& one = known_.at(static_cast<std::size_t>(shard)); one && !one->left_at) one->left_at = now_();
}

bool Acknowledged::knows_any() const {
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(known_, [](const auto& one) { return one.has_value(); });
}

void Acknowledged::compare(JournalRows& journal) {
  if (planted(Planted::kOwnersCompare)) return;
  std::vector<Shard> all(kShards);
  std::iota(all.begin(), all.end(), Shard{0});
  has_all(journal, all);
}

bool Acknowledged::has_all(JournalRows& journal, const std::vector<Shard>& shards) {
  if (planted(Planted::kNoComparison)) return true;
  std::array<std::optional<Known>, kShards> known;
  {
    const std::lock_guard lock(mutex_);
    const auto forgotten = now_() - kRemembered;
    for (auto& one : known_)
      if (one && one->left_at && *one->left_at < forgotten) one.reset();
    known = known_;
  }
  RowsByShard rows;
  bool has_all = true;
  for (const Shard shard : shards) {
    const auto& one = known.at(static_cast<std::size_t>(shard));
    if (!one || one->row.id.empty()) continue;
    if (one->is_lost)
      has_all = false;
    else
      rows.emplace(shard, one->row);
  }
  if (rows.empty()) return has_all;
  for (const Shard shard : journal.having(rows)) rows.erase(shard);
  for (const auto& [shard, row] : rows) note_loss(journal, shard, *known.at(static_cast<std::size_t>(shard)));
  return has_all && rows.empty();
}

// Rows of a later owner do not count as found.
void Acknowledged::note_loss(JournalRows& journal, Shard shard, const Known& known) {
  const auto acknowledged = known.row.place.position;
  const auto found = journal.last_before(shard, known.row.place, known.epoch);
  {
    const std::lock_guard lock(mutex_);
    auto& one = known_.at(static_cast<std::size_t>(shard));
    if (!one || one->row.id != known.row.id || std::exchange(one->is_lost, true)) return;
  }
  lost_ += std::max<ledger::Position>(1, acknowledged - found);
  log::error("positions_lost")
      .add("shard", shard)
      .add("acknowledged", static_cast<std::int64_t>(acknowledged))
      .add("found", static_cast<std::int64_t>(found));
}

}  // namespace beckon::store
