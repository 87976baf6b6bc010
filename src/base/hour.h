// The hours by which things are counted.
#pragma once
#include "base/instant.h"

namespace beckon {

// The start of the UTC hour, for instants from 1970 on.
inline Instant hour_of(Instant at) { return at - at.time_since_epoch() % std::chrono::hours{1}; }

}  // namespace beckon
