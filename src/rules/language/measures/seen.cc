// seen: whether any signal matches.
#include <algorithm>
#include <array>

#include "rules/language/measures/shared.h"

namespace beckon::rules::measures::seen {

namespace {

constexpr std::array kParts{Part::kFilter, Part::kWindow, Part::kScope};

void read(Members& members, Condition& condition) {
  read_measured(members, "seen", condition.measure.filter);
  read_window(members, condition.measure);
  for (const std::string_view bound : {"atLeast", "atMost", "equals"})
    members.misplaced(bound, "cannot be used with seen, which is true or false; use count");
  condition.least = 1;
}

Taken take(const ReadyMeasure& measure, Scene& scene) {
  const Scene::Sight sight = sight_of(measure, scene);
  Taken taken{.next = std::min(scene.next_to_come(measure.stream), sight.comes),
              .witness = newest_of(measure.stream, scene, sight)};
  if (taken.witness == kNever) return taken;
  taken.value = 1;
  taken.next = std::min(taken.next, sight.leaves(taken.witness));
  return taken;
}

std::optional<AgeBounds> by_age(const Condition& condition) { return nth_newest(condition.measure, 1); }

std::string measured(const Measure& of) { return words_of(of.filter) + " seen" + window_words(of); }
std::string wanted(const Condition&, bool negated) { return negated ? "none" : "at least one"; }
std::string margin(const Finding& finding, Scene&) {
  return finding.negated ? "" : more(1, words_of(finding.condition.measure.filter));
}

lint::Cases cases(const lint::Said& said) {
  return said.yes_or_no(said.count(said.measure.filter, said.sight()), 1, lint::kEvery);
}

std::string random(Dice& dice) { return R"({"seen":)" + random_filter(dice) + random_window(dice); }

}  // namespace

constinit const MeasureDefinition kDefinition{
    .kind = MeasureKind::kSeen,
    .name = "seen",
    .description = "At least one matching signal was seen.",
    .label = "any matching signal",
    .sentence = "{filter} seen{window}{scope}",
    .parts = kParts,
    .blank = R"({"seen":{"key":"cart","value":"add"},"within":"30m"})",
    .read = read,
    .take = take,
    .needed_key = key_of_some,
    .by_age = by_age,
    .measured = measured,
    .wanted = wanted,
    .seen = newest_seen,
    .margin = margin,
    .cases = cases,
    .range = zero_or_one,
    .never_exceeded = unknown,
    .random = random,
};

}  // namespace beckon::rules::measures::seen
