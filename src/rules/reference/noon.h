// The default instant and retention of the tests in this folder.
#pragma once
#include "base/instant.h"

namespace beckon::rules::testing {

inline constexpr Instant kNoon = instant_ms(1'772'020'800'000);  // 2026-02-25T12:00:00Z
inline constexpr Duration kMonth = std::chrono::days{30};

}  // namespace beckon::rules::testing
