// The limit on the context of a session, whatever request adds to it.
#pragma once
#include <string>

#include "base/fault.h"
#include "ledger/session.h"

namespace beckon::intake {

// Adds an issue at `field` if `said`, merged into the session's context, would exceed ledger::kContextKeys or
// ledger::kContextBytes. A session already beyond them may keep its size or shrink.
void check_context(const ledger::Context& before, const ledger::Context& said, const std::string& field,
                   Issues& issues);

}  // namespace beckon::intake
