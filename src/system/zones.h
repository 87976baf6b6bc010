// The time zones of the system's database (tzdata).
#pragma once
#include "base/zone.h"

namespace beckon {

// One for the process; thread-safe.
const Zones& system_zones();

}  // namespace beckon
