// The time since a lifetime counter of the visitor first or last counted something: `first` or `last` of `ever`.
#include <algorithm>
#include <array>

#include "rules/language/counter.h"
#include "rules/language/measures/shared.h"
#include "rules/language/planted.h"

namespace beckon::rules::measures::ever_age {

namespace {

std::optional<Instant> instant_of(Scene& scene, const Measure& of) {
  const auto ever = scene.ever(of.field);
  if (!ever || ever->total.sum.count == 0) return std::nullopt;
  return of.ever == EverOf::kFirst ? ever->total.sum.first : ever->total.sum.last;
}

Taken take(const ReadyMeasure& measure, Scene& scene) {
  const Measure& of = *measure.source;
  Taken taken;
  const auto at = instant_of(scene, of);
  if (!at) return taken;
  taken.next = scene.ever(of.field)->total.until;
  const Duration age = scene.now() - *at + Duration{off_by_one(Planted::kEverTooOld)};
  taken.value = age >= of.least_age && age <= of.most_age;
  if (age < of.least_age) taken.next = std::min(taken.next, *at + of.least_age);
  if (taken.value == 1 && of.most_age != Duration::max())
    taken.next = std::min(taken.next, *at + of.most_age + Duration{1});
  return taken;
}

std::string seen(const Finding& finding, Scene& scene) {
  const Measure& of = finding.condition.measure;
  if (const std::string unknown = ever::why_unknown(of, scene); !unknown.empty()) return unknown;
  const auto at = instant_of(scene, of);
  return at ? ago(*at, scene.now()) : "none";
}
// Time alone makes an instant old enough.
std::string margin(const Finding& finding, Scene& scene) {
  const Measure& of = finding.condition.measure;
  const auto at = instant_of(scene, of);
  if (at && !finding.negated && scene.now() - *at < of.least_age) return "";
  if (!ever::why_unknown(of, scene).empty()) return "";
  return ever::words_of(of) + " " + trait_age::age_wanted(finding.condition, finding.negated);
}

// Nothing is known about other measures of the counter: none contradicts it.
lint::Cases cases(const lint::Said& said) { return said.yes_or_no(said.itself(), 1, Condition::kNoMost); }

}  // namespace

constinit const MeasureDefinition kDefinition{
    .kind = MeasureKind::kEverAge,
    .name = "",
    .description = "",
    .label = "",
    .sentence = "",
    .parts = {},
    .blank = "",
    .read = nullptr,
    .take = take,
    .needed_key = no_key,
    .measured = ever::words_of,
    .wanted = trait_age::age_wanted,
    .seen = seen,
    .margin = margin,
    .cases = cases,
    .range = zero_or_one,
    .never_exceeded = unknown,
};

}  // namespace beckon::rules::measures::ever_age
