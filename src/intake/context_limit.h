// How much context a session may have, whoever brings it.
#pragma once
#include <string>

#include "base/fault.h"
#include "ledger/session.h"

namespace beckon::intake {

// Adds an issue of `field` where `said`, laid over what the session has, would exceed ledger::kContextKeys or
// ledger::kContextBytes. A session that is beyond them may stay as large as it is, and be made smaller.
void check_context(const ledger::Context& before, const ledger::Context& said, const std::string& field,
                   Issues& issues);

}  // namespace beckon::intake
