#include "store/sqlite/journal_reader.h"

#include <sqlite3.h>

#include <algorithm>

#include "store/sum.h"
#include "system/log.h"

namespace beckon::store {
namespace {

// The first portion is small, for callers that stop early.
constexpr std::size_t kFirstBytes = 64 << 10, kMostBytes = 1 << 20;

}  // namespace

std::vector<JournalRow> JournalReader::portion() {
  auto connection = readers_.borrow();
  std::vector<JournalRow> rows;
  size_ = std::clamp(4 * size_, kFirstBytes, kMostBytes);
  while (true) {
    try {
      // A portion of only damaged rows is not the end.
      while (read(*connection, rows) && rows.empty()) {}
      return rows;
    } catch (const SqliteError& error) {
      if (error.primary() != SQLITE_CORRUPT) throw;
      pass_over(*connection);
    }
  }
}

// Returns whether there may be more after what was read.
bool JournalReader::read(Connection& connection, std::vector<JournalRow>& rows) {
  auto row =
      connection.query("SELECT position, at, sum, bytes FROM journal WHERE position > ?1 ORDER BY position", last_);
  for (std::size_t size = 0; size < size_;) {
    if (!row.next()) return false;
    const ledger::Position position = behind_last(row.whole(0));
    const std::string_view bytes = row.text(3);
    if (sum_of(bytes, position, row.integer(1)) == row.integer(2)) {
      rows.push_back({position, row.instant(1), std::string(bytes)});
    } else {
      damage_(position, "checksum");
    }
    last_ = position;
    size += bytes.size();
  }
  return true;
}

// The row after last_ could not be read to its end. Its number is in the tree itself, so it can be named; if the tree
// is damaged too, this also throws, and reading ends in a fault.
void JournalReader::pass_over(Connection& connection) {
  auto row = connection.query("SELECT position FROM journal WHERE position > ?1 ORDER BY position LIMIT 1", last_);
  if (!row.next()) throw SqliteError(SQLITE_CORRUPT, 0, "the journal ends in damage");
  last_ = behind_last(row.whole(0));
  damage_(last_, "pages");
}

// A damaged tree may return the same row forever.
ledger::Position JournalReader::behind_last(ledger::Position position) const {
  if (position <= last_) throw SqliteError(SQLITE_CORRUPT, 0, "the journal's rows are out of order");
  return position;
}

void JournalReader::log_damage(ledger::Position position, const char* what) {
  log::error("journal_damage")
      .add("position", static_cast<std::int64_t>(position))
      .add("what", what)
      .add("consequence", "the signals of this commit are skipped");
}

}  // namespace beckon::store
