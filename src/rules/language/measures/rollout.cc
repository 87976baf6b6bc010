// The share of units for which a rule is evaluated: set by rollout, not by a condition.
#include "rules/language/bucket.h"
#include "rules/language/decimal.h"
#include "rules/language/measures/shared.h"
#include "rules/language/planted.h"

namespace beckon::rules::measures::rollout {

namespace {

std::uint32_t bucket_in(const Measure& of, std::string_view unit) { return bucket_of(of.field + ":rollout", unit); }

// A unit's bucket never changes, so units stay included when the share grows.
Taken take(const ReadyMeasure& measure, Scene& scene) {
  const Measure& of = *measure.source;
  const auto more = static_cast<std::uint32_t>(off_by_one(Planted::kRolloutOneMore));
  return {.value = bucket_in(of, scene.unit()) < of.buckets + more};
}

std::string percent(std::uint32_t buckets) { return decimal_text(std::int64_t{buckets} * 10'000) + " %"; }

std::string measured(const Measure&) { return "rollout"; }
std::string wanted(const Condition& condition, bool) { return "among the first " + percent(condition.measure.buckets); }
std::string seen(const Finding& finding, Scene& scene) {
  return "at " + percent(bucket_in(finding.condition.measure, scene.unit()));
}
std::string margin(const Finding& finding, Scene& scene) {
  return "a rollout of " + percent(bucket_in(finding.condition.measure, scene.unit()) + 1);
}

lint::Cases cases(const lint::Said& said) { return said.yes_or_no(said.measure, 1, lint::kEvery); }
std::pair<std::int64_t, std::int64_t> range(const Measure& of) { return {0, of.buckets == 0 ? 0 : 1}; }
bool never_exceeded(const Measure& one, const Measure& other) {
  return one.kind == other.kind && one.field == other.field && one.buckets <= other.buckets;
}

}  // namespace

constinit const MeasureDefinition kDefinition{
    .kind = MeasureKind::kRollout,
    .name = "",
    .take = take,
    .needed_key = no_key,
    .measured = measured,
    .wanted = wanted,
    .seen = seen,
    .margin = margin,
    .cases = cases,
    .range = range,
    .never_exceeded = never_exceeded,
};

}  // namespace beckon::rules::measures::rollout
