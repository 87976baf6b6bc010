// Puts signals back into windows that left them, or would have, because no rule read their keys: once a rule does, the
// windows are as if it always had, as far as the journal goes.
//
// What a window keeps does not depend on the order in which signals come (ledger/window.h), so the journal can be read
// in steps while more are appended, as long as new signals are stored as read.
#pragma once
#include <functional>
#include <string_view>

#include "base/result.h"
#include "commit/draft.h"

namespace beckon::commit {

struct WindowFilling {
  std::function<bool(std::string_view key)> wants;  // keys that come to be read
  const rules::RuleSet* rules = nullptr;            // as they will be: what they wait from stays
  // The journal rows after `from`, up to `to`, which may be the draft's own.
  ledger::Position from = 0, to = 0;
  std::size_t bytes = 0;  // about as much of the journal is read, and one session for every 2 KiB of it changed
};

// One step, planned into the draft. Returns the row up to which windows are filled. Fault: something could not be read;
// the draft is unchanged.
Result<ledger::Position> fill_windows(Draft& draft, ledger::Ledger& ledger, const Handle& handle,
                                      const WindowFilling& filling);

}  // namespace beckon::commit
