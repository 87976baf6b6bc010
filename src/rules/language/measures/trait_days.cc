// The local days left until a trait's date: 0 on that day. `daysUntil` of a trait.
#include <algorithm>
#include <array>
#include <chrono>

#include "rules/language/calendar.h"
#include "rules/language/decimal.h"
#include "rules/language/measures/shared.h"
#include "rules/language/planted.h"

namespace beckon::rules::measures::trait_days {

namespace {

using std::chrono::days;
using std::chrono::year_month_day;
using LocalDays = std::chrono::local_days;

constexpr std::int64_t kOne = 1'000'000;
constexpr std::int64_t kMostDays = 400'000;  // more than a thousand years

// The date in the first ten characters of a date or an instant.
std::optional<year_month_day> date_of(std::string_view json) {
  if (json.size() < 12 || json.front() != '"') return std::nullopt;
  const auto at = parse_rfc3339(std::string(json.substr(1, 10)) + "T00:00:00Z");
  if (!at) return std::nullopt;
  return year_month_day{std::chrono::floor<days>(*at)};
}

// 29 February is 28 February in common years.
LocalDays in_year(const year_month_day& date, std::chrono::year year) {
  const auto that = year / date.month() / date.day();
  return that.ok() ? LocalDays{that} : LocalDays{year / date.month() / std::chrono::last};
}

LocalDays next(const year_month_day& date, bool yearly, LocalDays today) {
  if (!yearly) return LocalDays{date};
  const std::chrono::year year = year_month_day{today}.year();
  const LocalDays this_year = in_year(date, year);
  return this_year >= today ? this_year : in_year(date, year + std::chrono::years{1});
}

Taken take(const ReadyMeasure& measure, Scene& scene) {
  const Measure& of = *measure.source;
  Taken taken{.value = kNothing};
  const Zone* zone = scene.zone_in(of);
  const auto trait = scene.trait(of.field);
  const auto date = trait ? date_of(trait->json) : std::nullopt;
  if (!date || !zone) return taken;
  const Instant now = scene.now() - Duration{off_by_one(Planted::kTraitDayLate)};
  const auto local = std::chrono::local_time<Duration>{(now + zone->at(now).offset).time_since_epoch()};
  const LocalDays today = std::chrono::floor<days>(local);
  taken.value = (next(*date, of.yearly, today) - today).count() * kOne;
  taken.next = calendar_unit(Calendar::kDay, *zone, scene.now()).second;
  return taken;
}

std::string measured(const Measure& of) { return "days until " + of.field; }
std::string seen(const Finding& finding, Scene& scene) {
  const std::string words = trait_age::trait_seen(finding, scene);
  return finding.taken.value == kNothing ? words : decimal_text(finding.taken.value) + " (" + words + ")";
}
// Time alone brings the day closer.
std::string margin(const Finding& finding, Scene&) {
  const bool comes =
      !finding.negated && finding.taken.value != kNothing && finding.taken.value > finding.condition.most;
  return comes ? "" : "another " + finding.condition.measure.field;
}

void read_bound(Members& given, std::string_view name, std::optional<std::int64_t>& bound) {
  if (const auto count = given.integer(name, -kMostDays, kMostDays)) bound = *count * kOne;
}

}  // namespace

bool read_days(Members& members, Condition& condition) {
  const json::Value* value = members.find("daysUntil");
  const json::Value* zone = members.find("zone");
  if (value == nullptr) {
    if (zone != nullptr) members.issue("zone", "can only be used with daysUntil");
    return false;
  }
  Measure& measure = condition.measure;
  measure.kind = MeasureKind::kTraitDays;
  measure.yearly = true;
  measure.zone_name = kVisitorZone;
  read_zone(members, measure.zone, measure.zone_name);
  if (!value->is_object()) {
    members.issue("daysUntil", "must be an object such as {\"equals\": 0}");
    return true;
  }
  Members given(*value, members.path("daysUntil"), members.issues());
  if (const json::Value* yearly = given.find("yearly")) {
    if (yearly->is_boolean())
      measure.yearly = yearly->boolean();
    else
      given.issue("yearly", "must be a boolean");
  }
  std::optional<std::int64_t> least, most, equals;
  read_bound(given, "atLeast", least);
  read_bound(given, "atMost", most);
  read_bound(given, "equals", equals);
  const bool is_bounded = given.has("atLeast") || given.has("atMost");
  if (given.has("equals") && is_bounded) given.issue("equals", "cannot be combined with atLeast or atMost");
  if (!given.has("equals") && !is_bounded)
    given.issue("equals", "is required unless atLeast or atMost is given: a whole number of days");
  given.finish();
  condition.least = equals.value_or(least.value_or(Condition::kNoLeast));
  condition.most = equals.value_or(most.value_or(Condition::kNoMost));
  return true;
}

constinit const MeasureDefinition kDefinition{
    .kind = MeasureKind::kTraitDays,
    .name = "",
    .description = "",
    .label = "",
    .sentence = "",
    .parts = {},
    .blank = "",
    .amount = true,
    .read = nullptr,
    .take = take,
    .needed_key = no_key,
    .measured = measured,
    .wanted = bounds,
    .seen = seen,
    .margin = margin,
    .cases = itself_in_bounds,
    .range = any_number,
    .never_exceeded = unknown,
};

}  // namespace beckon::rules::measures::trait_days
