// Reads what was appended to the journal earlier, in steps: for what is filled from it.
#pragma once
#include <functional>

#include "base/result.h"
#include "ledger/codec.h"
#include "ledger/ledger.h"

namespace beckon::commit {

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
