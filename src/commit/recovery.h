// Recovery: finds the sessions in the journal's tail, each of which is read when it is first needed. One pass over the
// tail, whose length Housekeeping bounds.
#pragma once
#include <deque>
#include <unordered_map>
#include <utility>
#include <vector>

#include "commit/sessions.h"

namespace beckon::commit {

struct Recovered {
  ledger::Position last_position = 0, checkpoint = 0;
  std::uint64_t rows = 0;
  std::uint64_t records = 0;
  std::uint64_t damaged = 0;  // unreadable rows, and unreadable records that were read; each is logged
  std::uint64_t sessions = 0;
  std::size_t bytes = 0;  // of the journal's tail
  Instant newest{};       // when the newest commit was made, by the clock of who made it; the epoch if there is none
};

// Most of the tail can be read while another server still commits. Confined to one thread.
class Recovery {
 public:
  explicit Recovery(ledger::Ledger& ledger) : ledger_(ledger) {}

  // Reads as far as the journal goes now. May be called any number of times, or not at all.
  Result<void> read_ahead();
  // Reads the rest, once nobody commits anymore. Call once, before `sessions` is used for anything else.
  Result<Recovered> finish(Sessions& sessions);

 private:
  struct Row {
    ledger::Position position;
    std::size_t bytes;
  };
  Result<ledger::Position> read();  // the checkpoint
  void note(ledger::Position position, std::string_view bytes);
  bool give_to(Sessions& sessions, ledger::Position checkpoint);

  ledger::Ledger& ledger_;
  Recovered found_;
  ledger::Position read_to_ = 0;
  std::deque<Row> tail_;
  // Of each session, in order, since it was last erased.
  std::unordered_map<ledger::SessionDigest, std::vector<ledger::Position>> rows_;
};

inline Result<Recovered> recover(ledger::Ledger& ledger, Sessions& sessions) {
  return Recovery(ledger).finish(sessions);
}

}  // namespace beckon::commit
