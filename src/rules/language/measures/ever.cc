// ever: the total of a lifetime counter of the visitor: count, sum, or days. With first or last, the condition is an
// EverAge.
#include <algorithm>
#include <array>
#include <chrono>

#include "rules/language/calendar.h"
#include "rules/language/counter.h"
#include "rules/language/decimal.h"
#include "rules/language/measures/shared.h"
#include "rules/language/planted.h"

namespace beckon::rules::measures::ever {

namespace {

constexpr std::array kParts{Part::kEver};
constexpr std::int64_t kOne = 1'000'000;
constexpr std::array<std::pair<std::string_view, EverOf>, 5> kOf{{{"count", EverOf::kCount},
                                                                  {"sum", EverOf::kSum},
                                                                  {"days", EverOf::kDays},
                                                                  {"first", EverOf::kFirst},
                                                                  {"last", EverOf::kLast}}};

void read_what(Members& members, std::string_view name, EverOf of, Condition& condition) {
  Measure& measure = condition.measure;
  measure.ever = of;
  const bool is_instant = of == EverOf::kFirst || of == EverOf::kLast;
  const json::Value& value = *members.find(name);
  if (!value.is_object())
    return members.issue(name, is_instant ? "must be an object such as {\"age\": {\"atLeast\": \"90d\"}}"
                                          : "must be an object such as {\"atLeast\": 3}");
  Members given(value, members.path(name), members.issues());
  if (!is_instant) {
    read_amount_bounds(given, condition);
    return given.finish();
  }
  given.misplaced("until", "cannot be used with what lies in the past; use age");
  if (!given.has("until") && !trait_age::read_distance(given, condition))
    given.issue("age", "is required: how long ago, such as {\"atLeast\": \"90d\"}");
  measure.kind = MeasureKind::kEverAge;
  given.finish();
}

void read(Members& members, Condition& condition) {
  condition.measure.field = members.text("ever", limits::kFieldSize, true).value_or("");
  bool is_there = false;
  for (const auto& [name, of] : kOf) {
    if (members.find(name) == nullptr) continue;
    if (is_there)
      members.issue(name, "cannot be combined with another measure of the counter; use one condition for each");
    else
      read_what(members, name, of, condition);
    is_there = true;
  }
  if (!is_there)
    members.issue("count", "is required unless sum, days, first or last is given, such as {\"atLeast\": 3}");
}

Taken take(const ReadyMeasure& measure, Scene& scene) {
  const Measure& of = *measure.source;
  Taken taken{.value = kNothing};
  const auto ever = scene.ever(of.field);
  if (!ever) return taken;
  const ledger::Subtotal& sum = ever->total.sum;
  taken.next = ever->total.until;
  if (of.ever == EverOf::kSum) {
    if (sum.amounts > 0) taken.value = AmountSum(sum.units, sum.rest).millionths();
    return taken;
  }
  std::uint64_t count = sum.count;
  if (of.ever == EverOf::kDays) {
    const std::int32_t today = local_day(*ever->counter->zone, scene.now());
    count =
        static_cast<std::uint64_t>(sum.days.behind(today - ledger::Days::kSpan - off_by_one(Planted::kEverDayMore)));
    if (count > 0)
      taken.next = std::min(taken.next, calendar_unit(Calendar::kDay, *ever->counter->zone, scene.now()).second);
  }
  taken.value = static_cast<std::int64_t>(std::min<std::uint64_t>(count, kMostAmount / kOne)) * kOne;
  return taken;
}

std::string margin(const Finding& finding, Scene& scene) {
  const Measure& of = finding.condition.measure;
  if (const std::string unknown = why_unknown(of, scene); !unknown.empty()) return "";
  const std::int64_t value = finding.taken.value == kNothing ? 0 : finding.taken.value;
  const Condition& condition = finding.condition;
  const std::string what = std::string(of.ever == EverOf::kSum    ? "in the sum of "
                                       : of.ever == EverOf::kDays ? "days of "
                                                                  : "") +
                           of.field;
  if (finding.negated) return beyond_bounds(value, condition.least, condition.most, what);
  if (value < condition.least && condition.least != Condition::kNoLeast)
    return decimal_text(condition.least - value) + " more " + what;
  if (value > condition.most) return decimal_text(value - condition.most) + " less " + what;
  return "an amount " + what;
}
std::string seen(const Finding& finding, Scene& scene) {
  if (const std::string unknown = why_unknown(finding.condition.measure, scene); !unknown.empty()) return unknown;
  return amount_seen(finding, scene);
}

std::string random(Dice& dice) {
  const std::string counter = std::string(R"({"ever":")") + dice.of({"e", "e", "f", "f", "g", "none"}) + "\",";
  switch (dice.upto(5)) {
    case 0: return counter + R"("count":{)" + random_amount(dice).substr(1) + "}";
    case 1: return counter + R"("sum":{)" + random_amount(dice).substr(1) + "}";
    case 2:
      return counter + R"("days":{)" +
             dice.of<const char*>({R"("equals":1)", R"("atLeast":1)", R"("atLeast":2)", R"("atMost":1)"}) + "}";
    default: break;
  }
  const char* const which = dice.of({R"("first":{"age":{)", R"("last":{"age":{)"});
  switch (dice.upto(3)) {
    case 0: return counter + which + R"("atLeast":)" + seconds(dice) + "}}";
    case 1: return counter + which + R"("atMost":)" + (dice.one_in(3) ? "\"0s\"" : seconds(dice)) + "}}";
    default: return counter + which + R"("atLeast":"2s","atMost":"9s"}})";
  }
}

}  // namespace

std::string words_of(const Measure& of) {
  for (const auto& [name, what] : kOf)
    if (what == of.ever) return std::string(name) + " of " + of.field + " ever";
  return of.field;
}

std::string why_unknown(const Measure& of, Scene& scene) {
  if (scene.ever(of.field)) return "";
  return scene.counter(of.field) ? "counter still filling" : "unknown counter";
}

constinit const MeasureDefinition kDefinition{
    .kind = MeasureKind::kEver,
    .name = "ever",
    .description = "A lifetime counter of the visitor.",
    .label = "lifetime counter",
    .sentence = "{ever}",
    .parts = kParts,
    .blank = R"({"ever":"orders","count":{"atLeast":3}})",
    .amount = true,
    .alone = true,
    .read = read,
    .take = take,
    .needed_key = no_key,
    .measured = words_of,
    .wanted = bounds,
    .seen = seen,
    .margin = margin,
    .cases = itself_in_bounds,
    .range = any_number,
    .never_exceeded = unknown,
    .random = random,
};

}  // namespace beckon::rules::measures::ever
