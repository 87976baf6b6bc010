// sum: of a metadata field, or of its elements, over the matching signals, in millionths.
#include <algorithm>
#include <array>

#include "rules/language/decimal.h"
#include "rules/language/field_path.h"
#include "rules/language/measures/shared.h"

namespace beckon::rules::measures::sum {

namespace {

constexpr std::array kParts{Part::kFilter, Part::kField, Part::kWindow, Part::kBound, Part::kScope};

void read(Members& members, Condition& condition) { read_amount(members, condition, "sum"); }

Taken take(const ReadyMeasure& measure, Scene& scene) {
  const Scene::Sight sight = sight_of(measure, scene);
  Taken taken{.value = kNothing, .next = std::min(scene.next_to_come(measure.stream), sight.comes)};
  AmountSum sum;
  scene.newest_first(measure.stream, sight, [&](std::size_t i, Instant at) {
    const auto add = [&](std::optional<std::int64_t> amount) {
      if (!amount) return;
      if (taken.witness == kNever) taken.witness = at;
      sum.add(*amount);
      taken.next = std::min(taken.next, sight.leaves(at));
    };
    if (!measure.source->path) return add(number_in(scene.signal(i).metadata, measure.source->field)), true;
    each_amount(scene.signal(i), *measure.source, add);
    return true;
  });
  if (taken.witness != kNever) taken.value = sum.millionths();
  return taken;
}

std::string measured(const Measure& of) {
  return "sum of " + field_words(of) + " of " + words_of(of.filter) + window_words(of);
}
std::string margin(const Finding& finding, Scene&) {
  const Measure& of = finding.condition.measure;
  const std::int64_t value = finding.taken.value == kNothing ? 0 : finding.taken.value;
  const Condition& condition = finding.condition;
  const std::string what = field_words(of) + " of " + words_of(of.filter);
  if (finding.negated) return beyond_bounds(value, condition.least, condition.most, "in " + what);
  if (value < condition.least && condition.least != Condition::kNoLeast)
    return decimal_text(condition.least - value) + " more in " + what;
  if (value > condition.most) return decimal_text(value - condition.most) + " less in " + what;
  return one_more_in_bounds(finding.condition);
}

std::string random(Dice& dice) {
  const std::string field = random_field(dice);
  return R"({"sum":)" + random_filter(dice, field, random_times(dice, field)) + random_window(dice) +
         random_amount(dice);
}

}  // namespace

constinit const MeasureDefinition kDefinition{
    .kind = MeasureKind::kSum,
    .name = "sum",
    .description = "The sum of a metadata field over matching signals and the elements in them.",
    .label = "total of a field",
    .sentence = "{field} of {filter} adds up to {bound}{window}{scope}",
    .parts = kParts,
    .blank = R"({"sum":{"key":"cart","field":"amount"},"within":"1h","atLeast":50})",
    .amount = true,
    .read = read,
    .take = take,
    .needed_key = own_key,
    .measured = measured,
    .wanted = bounds,
    .seen = amount_seen,
    .margin = margin,
    .skipped = no_numbers,
    .cases = amount_in_bounds,
    .range = any_number,
    .never_exceeded = unknown,
    .place = amount_placed,
    .random = random,
};

}  // namespace beckon::rules::measures::sum
