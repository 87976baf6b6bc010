// count: the number of matching signals.
#include <algorithm>
#include <array>
#include <utility>

#include "ledger/window.h"
#include "rules/language/field_path.h"
#include "rules/language/measures/shared.h"
#include "rules/language/same.h"

namespace beckon::rules::measures::count {

namespace {

constexpr std::array kParts{Part::kFilter, Part::kWindow, Part::kBound, Part::kSame, Part::kScope};

void read(Members& members, Condition& condition) {
  read_measured(members, "count", condition.measure.filter);
  read_window(members, condition.measure);
  read_same(members, condition.measure);
  read_count_bounds(members, condition);
}

// The counts of each value.
struct Counts {
  struct Count {
    std::int64_t value = 0;
    Instant oldest = kNever, newest = kNever;
  };
  SameValues values;  // newest first
  std::array<Count, SameValues::kNone> counts;

  // The largest; of several the one that stays so longest, of these the newest.
  std::size_t best() const {
    const auto rank = [this](std::size_t slot) { return std::pair(counts[slot].value, counts[slot].oldest); };
    std::size_t best = 0;
    for (std::size_t slot = 1; slot < values.size(); ++slot)
      if (rank(slot) > rank(best)) best = slot;
    return best;
  }
};

const Counts& counts_of(const ReadyMeasure& measure, Scene& scene, const Scene::Sight& sight) {
  thread_local Counts found;
  found.values.clear();
  found.counts.fill({});
  std::string room;
  scene.newest_first(measure.stream, sight, [&](std::size_t place, Instant at) {
    const auto value = same_in(scene.signal(place), measure.source->same, room);
    const std::size_t slot = value ? found.values.find_or_add(*value) : SameValues::kNone;
    if (slot == SameValues::kNone) return true;
    Counts::Count& count = found.counts[slot];
    if (count.value++ == 0) count.newest = at;
    count.oldest = at;
    return true;
  });
  return found;
}

std::optional<std::string> best(const ReadyMeasure& measure, Scene& scene) {
  const Counts& found = counts_of(measure, scene, sight_of(measure, scene));
  return found.values.size() == 0 ? std::nullopt : std::optional(found.values[found.best()]);
}

Taken take(const ReadyMeasure& measure, Scene& scene) {
  const Scene::Sight sight = sight_of(measure, scene);
  Taken taken{.next = std::min(scene.next_to_come(measure.stream), sight.comes)};
  if (!measure.source->same.empty()) [[unlikely]] {
    const Counts& found = counts_of(measure, scene, sight);
    if (found.values.size() == 0) return taken;
    const Counts::Count& best = found.counts[found.best()];
    taken.value = best.value;
    taken.witness = best.newest;
    taken.next = std::min(taken.next, sight.leaves(best.oldest));
    return taken;
  }
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

std::optional<AgeBounds> by_age(const Condition& condition) {
  const bool some = condition.least > 0, few = condition.most != Condition::kNoMost;
  if (some == few || condition.most < 0 || !condition.measure.same.empty()) return std::nullopt;
  if (some) return nth_newest(condition.measure, condition.least);
  AgeBounds bounds = nth_newest(condition.measure, condition.most + 1);
  bounds.least = std::exchange(bounds.most, Condition::kNoMost) + 1;
  return bounds;
}

std::string measured(const Measure& of) {
  return std::string("count of ") + words_of(of.filter) + same_words(of) + window_words(of);
}
std::string seen(const Finding& finding, Scene& scene) {
  return std::to_string(finding.taken.value) + (finding.taken.value > 0 ? best_words(finding, scene) : "");
}
std::string margin(const Finding& finding, Scene& scene) {
  const std::string more = more_signals(finding, words_of(finding.condition.measure.filter));
  return more.empty() ? "" : more + best_words(finding, scene);
}

// This many of one value are at least this many signals.
lint::Cases cases(const lint::Said& said) {
  if (!said.measure.same.empty()) {
    lint::Cases out = itself_in_bounds(said);
    for (lint::Case& facts : out) {
      const lint::Fact first = facts.front();
      if (first.least && first.bound > 0)
        facts.push_back(said.least(said.count(said.measure.filter, said.sight()), first.bound));
    }
    return out;
  }
  return said.bounds(said.count(said.measure.filter, said.sight()), said.condition.least, said.condition.most);
}
std::pair<std::int64_t, std::int64_t> range(const Measure& of) { return {0, window_size(of)}; }
bool never_exceeded(const Measure& one, const Measure& other) {
  if (one.within > other.within) return false;
  if (!other.same.empty())
    return one.kind == other.kind && one.scope == other.scope && one.same == other.same && one.filter == other.filter;
  if (one.kind == MeasureKind::kSteps)
    return std::ranges::all_of(one.steps, [&](const Filter& step) { return lint::narrower(step, other.filter); });
  const bool one_each =
      one.kind == MeasureKind::kCount || (one.kind == MeasureKind::kDistinct && !reaches_elements(one.field));
  return one_each && lint::narrower(one.filter, other.filter);
}
bool place(lint::Placer& placer, const lint::Fact& fact) {
  if (fact.bound > static_cast<std::int64_t>(ledger::Window::kCapacity)) return false;
  if (!fact.measure.same.empty()) {
    for (std::int64_t i = 0; i < fact.bound; ++i)
      if (!placer.put(fact.measure.filter, fact.measure.within, with_same(fact.measure))) return false;
    return true;
  }
  while (placer.counted(fact.measure) < fact.bound) {
    if (!placer.put(fact.measure.filter, fact.measure.within)) return false;
  }
  return true;
}

std::string random(Dice& dice) {
  return R"({"count":)" + random_filter(dice) + random_window(dice) + random_bounds(dice) + random_same(dice);
}

}  // namespace

constinit const MeasureDefinition kDefinition{
    .kind = MeasureKind::kCount,
    .name = "count",
    .description = "The number of matching signals.",
    .label = "matching signals",
    .sentence = "{bound} × {filter}{same}{window}{scope}",
    .parts = kParts,
    .blank = R"({"count":{"key":"cart","value":"add"},"within":"30m","atLeast":1})",
    .read = read,
    .take = take,
    .needed_key = key_of_some,
    .by_age = by_age,
    .measured = measured,
    .wanted = bounds,
    .seen = seen,
    .margin = margin,
    .best = best,
    .cases = cases,
    .range = range,
    .never_exceeded = never_exceeded,
    .place = place,
    .random = random,
};

}  // namespace beckon::rules::measures::count
