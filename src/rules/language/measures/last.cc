// last: whether the age of the newest matching signal is within bounds.
#include <algorithm>
#include <array>

#include "rules/language/measures/shared.h"
#include "rules/language/planted.h"

namespace beckon::rules::measures::last {

namespace {

constexpr std::array kParts{Part::kFilter, Part::kWindow, Part::kAge, Part::kScope};

void read(Members& members, Condition& condition) {
  read_measured(members, "last", condition.measure.filter);
  read_window(members, condition.measure);
  read_age_bounds(members, condition.measure);
  condition.least = 1;
}

Taken take(const ReadyMeasure& measure, Scene& scene) {
  const Measure& of = *measure.source;
  const Scene::Sight sight = sight_of(measure, scene);
  Taken taken{.next = std::min(scene.next_to_come(measure.stream), sight.comes),
              .witness = newest_of(measure.stream, scene, sight)};
  if (taken.witness == kNever) return taken;
  const Duration age = scene.now() - taken.witness + Duration{off_by_one(Planted::kAgeTooGreat)};
  taken.value = age >= of.least_age && age <= of.most_age;
  const Instant leaves = sight.leaves(taken.witness);
  // From a bound on, unless the signal has left by then; without signals, it is never reached.
  const auto until = [&](Duration bound) { return bound < leaves - taken.witness ? taken.witness + bound : leaves; };
  if (age < of.least_age && until(of.least_age) < leaves) taken.next = std::min(taken.next, until(of.least_age));
  if (taken.value == 1)
    taken.next = std::min(taken.next, of.most_age == Duration::max() ? leaves : until(of.most_age + Duration{1}));
  return taken;
}

std::optional<AgeBounds> by_age(const Condition& condition) {
  const Measure& of = condition.measure;
  AgeBounds bounds = nth_newest(of, 1);
  bounds.most = std::min(bounds.most, of.most_age == Duration::max() ? kNoAge - 1 : of.most_age.count());
  if (of.least_age <= Duration{}) return bounds;
  bounds.of.kind = MeasureKind::kLast;
  bounds.least = of.least_age.count();
  if (bounds.most == kNoAge - 1) bounds.most = Condition::kNoMost;
  return bounds.least > bounds.most ? std::nullopt : std::optional(bounds);
}

std::string measured(const Measure& of) { return std::string("latest ") + words_of(of.filter) + window_words(of); }
std::string age(const Measure& measure) {
  if (measure.most_age == Duration::max()) return std::string("at least ") + words_of(measure.least_age) + " ago";
  if (measure.least_age == Duration{}) return std::string("at most ") + words_of(measure.most_age) + " ago";
  return std::string("from ") + words_of(measure.least_age) + " to " + words_of(measure.most_age) + " ago";
}

std::string wanted(const Condition& condition, bool negated) {
  return (negated ? "not " : "") + age(condition.measure);
}
// Time alone makes the newest old enough, or too old.
std::string margin(const Finding& finding, Scene& scene) {
  const Measure& of = finding.condition.measure;
  const std::string one = more(1, words_of(of.filter));
  if (finding.negated) return of.least_age > Duration{} ? one : "";
  const Instant newest = finding.taken.witness;
  if (newest != kNever && scene.now() - newest <= of.most_age) return "";
  return of.least_age == Duration{} ? one : one + ", then " + words_of(of.least_age) + " without another";
}

// The newest signal of the window is `least_age` to `most_age` old: some are no older, and none is younger.
lint::Cases cases(const lint::Said& said) {
  const bool bounded = said.measure.most_age < said.sight();
  const Measure no_older =
      said.count(said.measure.filter, bounded ? said.measure.most_age + Duration{1} : said.sight());
  const Measure younger = said.count(said.measure.filter, said.sight(said.measure.least_age));
  const bool aged = said.measure.least_age > Duration{};
  if (!said.of.negated) {
    lint::Case facts{said.least(no_older, 1)};
    if (aged) facts.push_back(said.most(younger, 0));
    return {facts};
  }
  lint::Cases out{{said.most(no_older, 0)}};
  if (aged) out.push_back({said.least(younger, 1)});
  return out;
}

std::string random(Dice& dice) {
  return R"({"last":)" + random_filter(dice) + random_window(dice) +
         dice.of<const char*>({R"(,"atLeast":)", R"(,"atMost":)"}) + seconds(dice);
}

}  // namespace

constinit const MeasureDefinition kDefinition{
    .kind = MeasureKind::kLast,
    .name = "last",
    .description = "The age of the newest matching signal.",
    .label = "age of the newest",
    .sentence = "newest {filter} is {bound} old{scope}",
    .parts = kParts,
    .blank = R"({"last":{"key":"view"},"atLeast":"5m"})",
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

}  // namespace beckon::rules::measures::last
