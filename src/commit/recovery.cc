#include "commit/recovery.h"

#include <algorithm>
#include <unordered_map>

#include "ledger/codec.h"
#include "system/log.h"

namespace beckon::commit {
namespace {

using ledger::Position;
using ledger::SessionDigest;

// Reading one session takes a few microseconds for each of its rows. Those with more rows are read at once, so that no
// request waits longer than about a millisecond for the session that it names.
constexpr std::size_t kMostRows = 32;

// The journal rows of each session, in order, since it was last erased.
class Tail {
 public:
  explicit Tail(Recovered& found) : found_(found) {}

  void row(Position position, std::string_view bytes) {
    ++found_.rows;
    found_.bytes += bytes.size();
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
  bool give_to(Sessions& sessions) {
    std::vector<std::pair<SessionDigest, std::vector<Position>>> order;
    for (auto& [digest, rows] : rows_) order.emplace_back(digest, std::move(rows));
    std::ranges::sort(order, {}, [](const auto& one) { return one.second.front(); });
    bool some_are_long = false;
    for (auto& [digest, rows] : order) {
      some_are_long |= rows.size() > kMostRows;
      sessions.recover(digest, std::move(rows));
    }
    found_.sessions = order.size();
    return some_are_long;
  }

 private:
  Recovered& found_;
  std::unordered_map<SessionDigest, std::vector<Position>> rows_;
};

}  // namespace

Result<Recovered> recover(ledger::Ledger& ledger, Sessions& sessions) {
  Recovered found;
  const auto checkpoint = ledger.checkpoint();
  if (!checkpoint) return unexpected(checkpoint.error());
  const auto last = ledger.last_position();
  if (!last) return unexpected(last.error());
  found.last_position = *last;
  Tail tail(found);
  const auto read = ledger.read_journal(*checkpoint, [&](Position position, Instant at, std::string_view bytes) {
    tail.row(position, bytes);
    found.newest = std::max(found.newest, at);
    return true;
  });
  if (!read) return unexpected(read.error());
  if (found.rows == 0 && *last > 0) {
    const auto newest = ledger.read_journal(*last - 1, [&](Position, Instant at, std::string_view) {
      found.newest = at;
      return false;
    });
    if (!newest) return unexpected(newest.error());
  }
  if (!tail.give_to(sessions)) return found;
  const auto damaged = sessions.read_recovered(kMostRows);
  if (!damaged) return unexpected(damaged.error());
  found.damaged += *damaged;
  return found;
}

}  // namespace beckon::commit
