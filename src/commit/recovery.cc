#include "commit/recovery.h"

#include <algorithm>

#include "ledger/codec.h"
#include "system/log.h"

namespace beckon::commit {
namespace {

using ledger::Position;
using ledger::SessionDigest;

// Reading one session takes a few microseconds for each of its rows. Those with more rows are read at once, so that no
// request waits longer than about a millisecond for the session that it names.
constexpr std::size_t kMostRows = 32;

}  // namespace

void Recovery::note(Position position, std::string_view bytes) {
  tail_.push_back({position, bytes.size()});
  ledger::JournalReader reader(bytes);
  while (const auto item = reader.next()) {
    ++found_.records;
    if (item->is_forget()) {
      rows_.erase(item->digest);
      continue;
    }
    std::vector<Position>& rows = rows_[item->changed()];
    if (rows.empty() || rows.back() != position) rows.push_back(position);
  }
  if (!reader.damaged()) return;
  ++found_.damaged;
  log::error("journal_damaged").add("position", static_cast<std::int64_t>(position));
}

// Including expired sessions: maintenance removes their journal rows. Returns whether some have more than kMostRows.
bool Recovery::give_to(Sessions& sessions, Position checkpoint) {
  std::vector<std::pair<SessionDigest, std::vector<Position>>> order;
  for (auto& [digest, rows] : rows_) {
    rows.erase(rows.begin(), std::ranges::upper_bound(rows, checkpoint));
    if (!rows.empty()) order.emplace_back(digest, std::move(rows));
  }
  rows_.clear();
  std::ranges::sort(order, {}, [](const auto& one) { return one.second.front(); });
  bool some_are_long = false;
  for (auto& [digest, rows] : order) {
    some_are_long |= rows.size() > kMostRows;
    sessions.recover(digest, std::move(rows));
  }
  found_.sessions = order.size();
  return some_are_long;
}

Result<Position> Recovery::read() {
  const auto checkpoint = ledger_.checkpoint();
  if (!checkpoint) return unexpected(checkpoint.error());
  while (!tail_.empty() && tail_.front().position <= *checkpoint) tail_.pop_front();
  read_to_ = std::max(read_to_, *checkpoint);
  const auto rows = ledger_.read_journal(read_to_, [&](Position position, Instant at, std::string_view bytes) {
    note(position, bytes);
    read_to_ = position;
    found_.newest = std::max(found_.newest, at);
    return true;
  });
  if (!rows) return unexpected(rows.error());
  return checkpoint;
}

Result<void> Recovery::read_ahead() {
  const auto done = read();
  return done ? Result<void>{} : unexpected(done.error());
}

Result<Recovered> Recovery::finish(Sessions& sessions) {
  const auto checkpoint = read();
  if (!checkpoint) return unexpected(checkpoint.error());
  const auto last = ledger_.last_position();
  if (!last) return unexpected(last.error());
  found_.last_position = *last;
  found_.checkpoint = *checkpoint;
  found_.rows = tail_.size();
  for (const Row& row : tail_) found_.bytes += row.bytes;
  if (found_.rows == 0 && *last > 0) {
    const auto newest = ledger_.read_journal(*last - 1, [&](Position, Instant at, std::string_view) {
      found_.newest = at;
      return false;
    });
    if (!newest) return unexpected(newest.error());
  }
  if (!give_to(sessions, *checkpoint)) return found_;
  const auto damaged = sessions.read_recovered(kMostRows);
  if (!damaged) return unexpected(damaged.error());
  found_.damaged += *damaged;
  return found_;
}

}  // namespace beckon::commit
