// count: how many signals fit.
#include <algorithm>
#include <array>

#include "ledger/window.h"
#include "rules/language/field_path.h"
#include "rules/language/measures/shared.h"

namespace beckon::rules::measures {

namespace {

constexpr std::array kParts{Part::kFilter, Part::kWindow, Part::kBound, Part::kScope};

void read(Members& members, Condition& condition) {
  read_measured(members, "count", condition.measure.filter);
  read_window(members, condition.measure);
  read_count_bounds(members, condition);
}

Taken take(const ReadyMeasure& measure, Scene& scene) {
  const Scene::Sight sight = sight_of(measure, scene);
  Taken taken{.next = std::min(scene.next_to_come(measure.stream), sight.comes)};
  Instant oldest = kNever;
  if (measure.stream.key_alone && measure.stream.key != Stream::kEveryKey) {
    const auto places = scene.places_of(measure.stream, sight);
    taken.value = static_cast<std::int64_t>(places.size());
    if (places.empty()) return taken;
    taken.witness = scene.at(places.back());
    taken.next = std::min(taken.next, sight.leaves(scene.at(places.front())));
    return taken;
  }
  scene.newest_first(measure.stream, sight, [&](std::size_t, Instant at) {
    if (taken.value++ == 0) taken.witness = at;
    oldest = at;
    return true;
  });
  if (taken.value > 0) taken.next = std::min(taken.next, sight.leaves(oldest));
  return taken;
}

std::string measured(const Measure& of) { return std::string("count of ") + words_of(of.filter) + window_words(of); }
std::string margin(const Finding& finding, Scene&) {
  return more_signals(finding, words_of(finding.condition.measure.filter));
}

lint::Cases cases(const lint::Said& said) {
  return said.bounds(said.count(said.measure.filter, said.sight()), said.condition.least, said.condition.most);
}
std::pair<std::int64_t, std::int64_t> range(const Measure& of) { return {0, window_size(of)}; }
bool never_exceeded(const Measure& one, const Measure& other) {
  if (one.within > other.within) return false;
  if (one.kind == MeasureKind::kSteps)
    return std::ranges::all_of(one.steps, [&](const Filter& step) { return lint::narrower(step, other.filter); });
  const bool one_each =
      one.kind == MeasureKind::kCount || (one.kind == MeasureKind::kDistinct && !reaches_elements(one.field));
  return one_each && lint::narrower(one.filter, other.filter);
}
bool place(lint::Placer& placer, const lint::Fact& fact) {
  if (fact.bound > static_cast<std::int64_t>(ledger::Window::kCapacity)) return false;
  while (placer.counted(fact.measure) < fact.bound) {
    if (!placer.put(fact.measure.filter, fact.measure.within)) return false;
  }
  return true;
}

std::string random(Dice& dice) {
  return R"({"count":)" + random_filter(dice) + random_window(dice) + random_bounds(dice);
}

}  // namespace

constinit const MeasureDefinition kCountDefinition{
    .kind = MeasureKind::kCount,
    .name = "count",
    .description = "The number of matching signals.",
    .label = "matching signals",
    .sentence = "{bound} × {filter}{window}{scope}",
    .parts = kParts,
    .blank = R"({"count":{"key":"cart","value":"add"},"within":"30m","atLeast":1})",
    .read = read,
    .take = take,
    .needed_key = key_of_some,
    .measured = measured,
    .wanted = bounds,
    .seen = number_seen,
    .margin = margin,
    .cases = cases,
    .range = range,
    .never_exceeded = never_exceeded,
    .place = place,
    .random = random,
};

}  // namespace beckon::rules::measures
