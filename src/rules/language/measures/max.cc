// max: the greatest value of a metadata field, or of its elements, over the matching signals, in millionths.
#include <algorithm>
#include <array>

#include "rules/language/decimal.h"
#include "rules/language/field_path.h"
#include "rules/language/measures/shared.h"

namespace beckon::rules::measures::max {

namespace {

constexpr std::array kParts{Part::kFilter, Part::kField, Part::kWindow, Part::kBound, Part::kScope};

void read(Members& members, Condition& condition) { read_amount(members, condition, "max"); }

// Changes when the newest signal with the greatest amount leaves.
Taken take(const ReadyMeasure& measure, Scene& scene) {
  const Scene::Sight sight = sight_of(measure, scene);
  Taken taken{.value = kNothing, .next = std::min(scene.next_to_come(measure.stream), sight.comes)};
  scene.newest_first(measure.stream, sight, [&](std::size_t i, Instant at) {
    const auto compare = [&](std::optional<std::int64_t> amount) {
      if (amount && *amount > taken.value) taken.value = *amount, taken.witness = at;
    };
    if (!measure.source->path) return compare(number_in(scene.signal(i).metadata, measure.source->field)), true;
    each_amount(scene.signal(i), *measure.source, compare);
    return true;
  });
  if (taken.value != kNothing) taken.next = std::min(taken.next, sight.leaves(taken.witness));
  return taken;
}

std::string measured(const Measure& of) {
  return "maximum " + field_words(of) + " of " + words_of(of.filter) + window_words(of);
}
std::string margin(const Finding& finding, Scene&) {
  const Measure& of = finding.condition.measure;
  const std::int64_t most = finding.condition.most;
  if (finding.negated && most != Condition::kNoMost)
    return more(1, words_of(of.filter)) + " whose " + field_words(of) + " is over " + decimal_text(most);
  return finding.negated || finding.taken.value > most ? "" : one_more_in_bounds(finding.condition);
}

std::string random(Dice& dice) {
  const std::string field = random_field(dice);
  return R"({"max":)" + random_filter(dice, field, random_times(dice, field)) + random_window(dice) +
         random_amount(dice);
}

}  // namespace

constinit const MeasureDefinition kDefinition{
    .kind = MeasureKind::kMax,
    .name = "max",
    .description = "The maximum of a metadata field over matching signals and the elements in them.",
    .label = "largest field value",
    .sentence = "largest {field} of {filter} is {bound}{window}{scope}",
    .parts = kParts,
    .blank = R"({"max":{"key":"cart","field":"amount"},"within":"1h","atLeast":100})",
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
    .never_exceeded = narrower_of_its_kind,
    .place = amount_placed,
    .random = random,
};

}  // namespace beckon::rules::measures::max
