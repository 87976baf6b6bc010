// steps: how many filters of a list, from the first on, were matched in order.
#include <algorithm>
#include <array>
#include <ranges>
#include <span>
#include <utility>
#include <vector>

#include "rules/language/measures/shared.h"
#include "rules/language/planted.h"
#include "rules/language/read_filter.h"
#include "rules/language/same.h"

namespace beckon::rules::measures::steps {

namespace {

constexpr std::array kParts{Part::kSteps, Part::kWindow, Part::kSame, Part::kScope};

void read(Members& members, Condition& condition) {
  const json::Value* steps = members.find("steps");
  if (!steps->is_array() || steps->items().empty() || steps->items().size() > limits::kSteps) {
    members.issue("steps", "must be a list of 1 to " + std::to_string(limits::kSteps) + " filters, in order");
  } else {
    for (std::size_t i = 0; i < steps->items().size(); ++i)
      condition.measure.steps.push_back(
          read_filter(steps->items()[i], path_of(members.path("steps"), i), members.issues()));
  }
  read_window(members, condition.measure);
  read_same(members, condition.measure);
  read_step_bounds(members, condition, condition.measure.steps.size());
}

// The longest run of steps from the first on, each after the previous one. `begins[k]` is the latest instant at which a
// run of k + 1 steps can begin: the number decreases when that signal leaves.
struct Run {
  std::array<Instant, limits::kSteps> begins;
  Instant newest = kNever;  // of the signals in it

  Run() { begins.fill(kNever); }
  void add(const ledger::Signal& signal, const std::vector<Filter>& steps) {
    for (std::size_t left = steps.size(); left-- > 0;) {  // backward, so that one signal is one step
      const std::size_t k = off_by_one(Planted::kStepsShareSignal) == 1 ? steps.size() - 1 - left : left;
      const Instant begin = k == 0 ? signal.at : begins[k - 1];
      if (begin != kNever && steps[k].fits(signal)) begins[k] = begin, newest = signal.at;
    }
  }
  // `next`: for the number only.
  Taken taken(std::size_t steps, const Scene::Sight& sight) const {
    Taken taken{.witness = newest};
    for (std::size_t k = 0; k < steps && begins[k] != kNever; ++k) {
      taken.value = static_cast<std::int64_t>(k + 1);
      taken.next = sight.leaves(begins[k]);
    }
    return taken;
  }
};

// The run of each value.
struct Runs {
  SameValues values;                                         // newest first
  std::vector<std::pair<std::size_t, std::size_t>> fitting;  // indexes in the window, newest first, and their values
  std::array<Run, SameValues::kNone> runs;
};

const Runs& runs_of(const ReadyMeasure& measure, Scene& scene, const Scene::Sight& sight) {
  static const Filter kAny;
  thread_local Runs found;
  const Measure& of = *measure.source;
  found.values.clear();
  found.fitting.clear();
  found.runs.fill({});
  std::string room;
  scene.newest_first(Stream{.filter = &kAny}, sight, [&](std::size_t place, Instant) {
    const ledger::Signal signal = scene.signal(place);
    if (std::ranges::none_of(of.steps, [&](const Filter& step) { return step.fits(signal); })) return true;
    const auto value = same_in(signal, of.same, room);
    const std::size_t slot = value ? found.values.find_or_add(*value) : SameValues::kNone;
    if (slot != SameValues::kNone) found.fitting.emplace_back(place, slot);
    return true;
  });
  for (const auto& [place, slot] : std::views::reverse(found.fitting))
    found.runs[slot].add(scene.signal(place), of.steps);
  return found;
}

// The value that has come furthest; of several the one that stays so longest, of these the newest.
std::size_t best_of(const Runs& found, std::size_t steps, const Scene::Sight& sight) {
  std::size_t best = 0;
  const auto rank = [&](std::size_t slot) {
    const Taken taken = found.runs[slot].taken(steps, sight);
    return std::pair(taken.value, taken.next);
  };
  for (std::size_t slot = 1; slot < found.values.size(); ++slot)
    if (rank(slot) > rank(best)) best = slot;
  return best;
}

Taken take(const ReadyMeasure& measure, Scene& scene) {
  const std::vector<Filter>& steps = measure.source->steps;
  const Scene::Sight sight = sight_of(measure, scene);
  Taken taken;
  if (!measure.source->same.empty()) [[unlikely]] {
    const Runs& found = runs_of(measure, scene, sight);
    taken = found.runs[best_of(found, steps.size(), sight)].taken(steps.size(), sight);
  } else {
    Run run;
    scene.oldest_first(sight, [&](const ledger::Signal& signal) { run.add(signal, steps); });
    taken = run.taken(steps.size(), sight);
  }
  taken.next = std::min(taken.next, sight.comes);
  for (const Filter& step : steps) taken.next = std::min(taken.next, scene.next_to_come(step));
  return taken;
}

std::optional<std::string> best(const ReadyMeasure& measure, Scene& scene) {
  const Scene::Sight sight = sight_of(measure, scene);
  const std::size_t steps = measure.source->steps.size();
  const Runs& found = runs_of(measure, scene, sight);
  const std::size_t slot = best_of(found, steps, sight);
  if (found.runs[slot].taken(steps, sight).value == 0) return std::nullopt;
  return found.values[slot];
}

// "view, then cart:add".
std::string path(const std::vector<Filter>& steps) {
  std::string out;
  for (const Filter& step : steps) out += (out.empty() ? "" : ", then ") + words_of(step);
  return out;
}

std::string measured(const Measure& of) {
  return "steps reached of " + path(of.steps) + same_words(of) + window_words(of);
}
std::string seen(const Finding& finding, Scene& scene) {
  return std::to_string(finding.taken.value) + (finding.taken.value > 0 ? best_words(finding, scene) : "");
}
// The next step after those reached.
std::string margin(const Finding& finding, Scene& scene) {
  const Measure& of = finding.condition.measure;
  const auto reached = static_cast<std::size_t>(finding.taken.value);
  std::string out;
  if (finding.negated || finding.taken.value >= finding.condition.least) return out;
  for (std::size_t i = reached; i < static_cast<std::size_t>(finding.condition.least); ++i)
    out += (out.empty() ? "" : ", then ") + words_of(of.steps[i]);
  return out + best_words(finding, scene);
}

// A reached step needs a signal; if not even the first was reached, it has no signal, unless of no value.
lint::Cases cases(const lint::Said& said) {
  const auto signals = [&](std::size_t step) { return said.count(said.measure.steps[step], said.sight()); };
  lint::Cases out;
  for (const lint::Case& bounds : itself_in_bounds(said)) {
    lint::Case& facts = out.emplace_back();
    for (const lint::Fact& fact : bounds) {
      facts.push_back(fact);
      const std::int64_t reached = std::min<std::int64_t>(fact.bound, std::ssize(said.measure.steps));
      for (std::int64_t i = 0; fact.least && i < reached; ++i)
        facts.push_back(said.least(signals(static_cast<std::size_t>(i)), 1));
      if (!fact.least && fact.bound <= 0 && said.measure.same.empty()) facts.push_back(said.most(signals(0), 0));
    }
  }
  return out;
}
std::pair<std::int64_t, std::int64_t> range(const Measure& of) { return {0, std::ssize(of.steps)}; }
// A sequence within one value is a sequence. Which values are newest depends on all filters and on the sessions.
bool never_exceeded(const Measure& one, const Measure& other) {
  if (!other.same.empty())
    return one.kind == other.kind && one.scope == other.scope && one.same == other.same && one.steps == other.steps &&
           one.within <= other.within && one.calendar == other.calendar;
  return one.kind == other.kind && one.within <= other.within && one.steps.size() <= other.steps.size() &&
         std::ranges::equal(one.steps, std::span(other.steps).first(one.steps.size()), lint::narrower);
}
// All at one instant, in version order.
bool place(lint::Placer& placer, const lint::Fact& fact) {
  const std::vector<Filter>& steps = fact.measure.steps;
  if (fact.bound > std::ssize(steps)) return false;
  for (std::int64_t i = 0; i < fact.bound; ++i) {
    if (!placer.put(steps[static_cast<std::size_t>(i)], fact.measure.within, with_same(fact.measure))) return false;
  }
  return true;
}

std::string random(Dice& dice) {
  const int size = 1 + dice.upto(3);
  std::string list = random_filter(dice);
  for (int i = 1; i < size; ++i) list += "," + random_filter(dice);
  const std::string bounds = dice.one_in(4)   ? ""
                             : dice.one_in(2) ? R"(,"reached":)" + std::to_string(1 + dice.upto(size))
                                              : random_bounds(dice, size);
  return R"({"steps":[)" + list + "]" + random_window(dice) + random_same(dice) + bounds;
}

}  // namespace

constinit const MeasureDefinition kDefinition{
    .kind = MeasureKind::kSteps,
    .name = "steps",
    .description = "The number of steps reached, in order.",
    .label = "steps completed",
    .sentence = "{steps}: {bound} reached{same}{window}{scope}",
    .parts = kParts,
    .blank = R"({"steps":[{"key":"view"},{"key":"cart","value":"add"},{"key":"checkout"}],"within":"2h","reached":2})",
    .read = read,
    .take = take,
    .needed_key = no_key,
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

}  // namespace beckon::rules::measures::steps
