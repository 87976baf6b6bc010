// Reads the journal in chunks, each in a short transaction of its own, so that a long read neither prevents the WAL
// from restarting nor holds a connection while the caller works.
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

// For use by one caller at a time.
class JournalReader {
 public:
  // Called with the position of each damaged row and what is damaged, in one or two words.
  using Damage = std::function<void(ledger::Position, const char*)>;

  JournalReader(Readers& readers, ledger::Position after, Damage damage = log_damage)
      : readers_(readers), damage_(std::move(damage)), last_(after) {}

  static void log_damage(ledger::Position position, const char* what);

  // The next rows, up to about 1 MiB; empty at the end. Damaged rows are reported and skipped.
  std::vector<JournalRow> portion();

 private:
  bool read(Connection& connection, std::vector<JournalRow>& rows);
  void pass_over(Connection& connection);
  ledger::Position behind_last(ledger::Position position) const;

  Readers& readers_;
  const Damage damage_;
  ledger::Position last_;  // read or skipped
  std::size_t size_ = 0;   // of the current portion, in bytes
};

}  // namespace beckon::store
