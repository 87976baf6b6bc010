// `beckon migrate`.
#pragma once
#include <string>

#include "app/settings.h"

namespace beckon::app {

// Moves everything from the data folder into the PostgreSQL database of the settings (`to` "database"), or back
// ("data"). What it moves into must hold no data yet, except what an earlier call has left there. Prints what it does
// and the comparison of both sides, or an error message on standard error, and returns the exit status.
// docs/operations.md.
int migrate(const Settings& settings, const std::string& to);

}  // namespace beckon::app
