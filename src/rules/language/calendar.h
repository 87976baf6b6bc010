// Calendar days, weeks, months and years by the wall clock of a zone.
#pragma once
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/zone.h"

namespace beckon::rules {

enum class Calendar : std::uint8_t { kNone, kDay, kWeek, kMonth, kYear };  // weeks begin on Mondays (ISO 8601)

// Of "day", "week", "month" or "year"; else kNone.
Calendar calendar_named(std::string_view name);

// [begin, end) of the unit that holds the instant. Where the clock skips a midnight, a day begins at the end of the
// gap. Precondition: not kNone.
std::pair<Instant, Instant> calendar_unit(Calendar calendar, const Zone& zone, Instant at);

}  // namespace beckon::rules
