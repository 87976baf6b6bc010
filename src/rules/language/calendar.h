// Calendar days, weeks, months and years by the local time of a zone.
#pragma once
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/zone.h"

namespace beckon::rules {

enum class Calendar : std::uint8_t { kNone, kDay, kWeek, kMonth, kYear };  // weeks begin on Mondays (ISO 8601)

// Parses "day", "week", "month" or "year"; otherwise kNone.
Calendar calendar_named(std::string_view name);

// The [begin, end) of the unit that contains the instant. If the clock skips midnight, the day begins at the end of the
// gap. Precondition: not kNone.
std::pair<Instant, Instant> calendar_unit(Calendar calendar, const Zone& zone, Instant at);

}  // namespace beckon::rules
