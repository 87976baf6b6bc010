// Reads what was appended to the journal earlier, in steps: for what is filled from it.
#pragma once
#include <functional>
#include <span>

#include "base/result.h"
#include "ledger/codec.h"
#include "ledger/ledger.h"

namespace beckon::commit {

// How far something is filled, and up to which row it must be.
struct Filling {
  ledger::Position filled_to = 0, fill_until = 0;
};
// What to read next: for all of `fillings` that are the least far, up to the row to which only they must be filled.
// Precondition: not empty.
struct Stretch {
  ledger::Position from = 0, to = 0;
};
Stretch next_stretch(std::span<const Filling> fillings);

struct AppendsRead {
  ledger::Position from = 0, to = 0;  // the rows after `from`, up to `to`
  std::size_t bytes = 0;              // about as much of the journal is read, at least one row
};

// Passes the appends of the handle that have signals, in order and without erased data. `item`: the same as bytes.
// Stops at the end of a row once `bytes` were read or `is_enough` returns true. Returns the row up to which all were
// passed.
Result<ledger::Position> read_appends(
    ledger::Ledger& ledger, const Handle& handle, const AppendsRead& what,
    const std::function<void(const ledger::JournalReader::Item& item, const ledger::AppendRecord& append,
                             ledger::Position row)>& sees,
    const std::function<bool()>& is_enough);

// The same for one row.
void read_appends(const Handle& handle, ledger::Position row, std::string_view bytes,
                  const std::function<void(const ledger::JournalReader::Item& item, const ledger::AppendRecord& append,
                                           ledger::Position row)>& sees);

}  // namespace beckon::commit
