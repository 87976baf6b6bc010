// Reads the journal in portions, each in a short transaction of its own, so that a long reading neither keeps the WAL
// from ending nor holds a connection while its caller works.
#pragma once
#include <functional>
#include <string>
#include <utility>
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
  // Is given the position of each damaged row, and what is damaged: one or two words.
  using Damage = std::function<void(ledger::Position, const char*)>;

  JournalReader(Readers& readers, ledger::Position after, Damage damage = log_damage)
      : readers_(readers), damage_(std::move(damage)), last_(after) {}

  // The next rows, up to about 1 MiB of them; empty at the end. Damaged rows are named and left out.
  std::vector<JournalRow> portion();

 private:
  bool read(Connection& connection, std::vector<JournalRow>& rows);
  void pass_over(Connection& connection);
  ledger::Position behind_last(ledger::Position position) const;
  static void log_damage(ledger::Position position, const char* what);

  Readers& readers_;
  const Damage damage_;
  ledger::Position last_;  // read or skipped
  std::size_t size_ = 0;   // of a portion, in bytes
};

}  // namespace beckon::store
