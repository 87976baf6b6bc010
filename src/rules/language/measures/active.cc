// When a rule is active: set by from and until, not by a condition.
#include "rules/language/measures/shared.h"

namespace beckon::rules::measures::active {

namespace {

Taken take(const ReadyMeasure& measure, Scene& scene) {
  const Measure& of = *measure.source;
  if (scene.now() < of.from) return {.next = of.from};
  if (scene.now() >= of.until) return {};
  return {.value = 1, .next = of.until};
}

std::string measured(const Measure&) { return "schedule"; }
std::string wanted(const Condition& condition, bool) {
  const Measure& measure = condition.measure;
  std::string out;
  if (measure.from != Instant::min()) out.append("from ").append(to_rfc3339(measure.from));
  if (measure.until != Instant::max())
    out.append(out.empty() ? "" : " ").append("until ").append(to_rfc3339(measure.until));
  return out;
}

std::string seen(const Finding&, Scene& scene) { return to_rfc3339(scene.now()); }

lint::Cases cases(const lint::Said& said) {
  const Measure now{.kind = MeasureKind::kActive};
  const std::int64_t from = to_ms(said.measure.from), until = to_ms(said.measure.until);
  if (!said.of.negated) return {{said.least(now, from), said.most(now, until - 1)}};
  lint::Cases out;
  if (said.measure.from != Instant::min()) out.push_back({said.most(now, from - 1)});
  if (said.measure.until != Instant::max()) out.push_back({said.least(now, until)});
  return out;
}

}  // namespace

constinit const MeasureDefinition kDefinition{
    .kind = MeasureKind::kActive,
    .name = "",
    .take = take,
    .needed_key = no_key,
    .measured = measured,
    .wanted = wanted,
    .seen = seen,
    .margin = no_margin,
    .cases = cases,
    .range = any_number,
    .never_exceeded = unknown,
};

}  // namespace beckon::rules::measures::active
