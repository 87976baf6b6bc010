// Reads the journal in portions, each in a short transaction of its own, so that a long reading neither keeps the WAL
// from ending nor holds a connection while its caller works.
#pragma once
#include <string>
#include <vector>

#include "ledger/ledger.h"
#include "store/sqlite/readers.h"

namespace beckon::store {

struct JournalRow {
  ledger::Position position = 0;
  Instant at{};
  std::string bytes;
};

// Confined to its caller.
class JournalReader {
 public:
  JournalReader(Readers& readers, ledger::Position after) : readers_(readers), last_(after) {}

  // The next rows, up to about 1 MiB of them; empty at the end. Damaged rows are named in the log and left out.
  std::vector<JournalRow> portion();
  std::uint64_t damaged() const { return damaged_; }

 private:
  bool read(Connection& connection, std::vector<JournalRow>& rows);
  void pass_over(Connection& connection);
  ledger::Position behind_last(ledger::Position position) const;
  void name_damage(ledger::Position position, std::int64_t size, const char* what);

  Readers& readers_;
  ledger::Position last_;  // read or skipped
  std::size_t size_ = 0;   // of a portion, in bytes
  std::uint64_t damaged_ = 0;
};

}  // namespace beckon::store
