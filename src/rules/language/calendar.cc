#include "rules/language/calendar.h"

#include <algorithm>
#include <array>

#include "rules/language/planted.h"

namespace beckon::rules {

namespace {

using Local = std::chrono::local_time<Duration>;
using std::chrono::days, std::chrono::local_days, std::chrono::months, std::chrono::years;

// The midnight at which the unit containing the day begins; and that of the next unit.
local_days begin_of(Calendar calendar, local_days day) {
  const std::chrono::year_month_day date(day);
  switch (calendar) {
    case Calendar::kNone:
    case Calendar::kDay: return day;
    case Calendar::kWeek: return day - (std::chrono::weekday(day) - std::chrono::Monday);
    case Calendar::kMonth: return local_days{date.year() / date.month() / 1};
    case Calendar::kYear: return local_days{date.year() / std::chrono::January / 1};
  }
  return day;
}
local_days next_of(Calendar calendar, local_days begin) {
  const std::chrono::year_month_day date(begin);
  switch (calendar) {
    case Calendar::kNone:
    case Calendar::kDay: return begin + days{1};
    case Calendar::kWeek: return begin + days{7};
    case Calendar::kMonth: return local_days{date + months{1}};
    case Calendar::kYear: return local_days{date + years{1}};
  }
  return begin;
}

constexpr std::array<std::pair<std::string_view, Calendar>, 4> kCalendars{
    {{"day", Calendar::kDay}, {"week", Calendar::kWeek}, {"month", Calendar::kMonth}, {"year", Calendar::kYear}}};

local_days day_of(const ZonePeriod& period, Instant at) {
  return std::chrono::floor<days>(Local{(at + period.offset).time_since_epoch()});
}
Instant shown_at(const ZonePeriod& period, local_days midnight) {
  return Instant{std::chrono::duration_cast<Duration>(midnight.time_since_epoch())} - period.offset +
         Duration{off_by_one(Planted::kDayBeginsLate)};
}

// The last instant up to `at` at which a unit began.
Instant begin_at(Calendar calendar, const Zone& zone, Instant at) {
  ZonePeriod period = zone.at(at);
  const local_days begin = begin_of(calendar, day_of(period, at));
  for (;;) {
    const Instant shown = shown_at(period, begin);
    if (shown >= period.end) return period.end;  // skipped by a clock change
    if (shown >= period.begin) return shown;
    period = zone.at(period.begin - Duration{1});
  }
}

}  // namespace

Calendar calendar_named(std::string_view name) {
  const auto found = std::ranges::find(kCalendars, name, [](const auto& one) { return one.first; });
  return found == kCalendars.end() ? Calendar::kNone : found->second;
}

std::pair<Instant, Instant> calendar_unit(Calendar calendar, const Zone& zone, Instant at) {
  const Instant begin = begin_at(calendar, zone, at);
  // A year has few clock changes.
  constexpr int kPeriods = 16;
  ZonePeriod period = zone.at(at);
  for (int i = 0; i < kPeriods; ++i, period = zone.at(period.end)) {
    const Instant from = std::max(at, period.begin);
    const Instant next = shown_at(period, next_of(calendar, begin_of(calendar, day_of(period, from))));
    if (next < period.end) return {begin, next};
    if (begin_at(calendar, zone, period.end) != begin) return {begin, period.end};
  }
  return {begin, period.end};
}

}  // namespace beckon::rules
