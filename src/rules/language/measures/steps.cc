// steps: how many of a list of filters, from the first on, were met in their order.
#include <algorithm>
#include <array>
#include <span>

#include "rules/language/measures/shared.h"
#include "rules/language/planted.h"
#include "rules/language/read_filter.h"

namespace beckon::rules::measures {

namespace {

constexpr std::array kParts{Part::kSteps, Part::kWindow, Part::kScope};

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
  read_step_bounds(members, condition, condition.measure.steps.size());
}

// The longest run of steps from the first on, each behind the one before it. `begins[k]` is the latest instant at which
// such a run of k + 1 steps can begin: the number falls when that signal leaves.
Taken take(const ReadyMeasure& measure, Scene& scene) {
  const std::vector<Filter>& steps = measure.source->steps;
  const Scene::Sight sight = sight_of(measure, scene);
  Taken taken;
  std::array<Instant, limits::kSteps> begins;
  begins.fill(kNever);
  scene.oldest_first(sight, [&](const ledger::Signal& signal) {
    for (std::size_t left = steps.size(); left-- > 0;) {  // backwards, so that one signal is one step
      const std::size_t k = off_by_one(Planted::kStepsShareSignal) == 1 ? steps.size() - 1 - left : left;
      const Instant begin = k == 0 ? signal.at : begins[k - 1];
      if (begin != kNever && steps[k].fits(signal)) begins[k] = begin, taken.witness = signal.at;
    }
  });
  for (std::size_t k = 0; k < steps.size() && begins[k] != kNever; ++k) {
    taken.value = static_cast<std::int64_t>(k + 1);
    taken.next = sight.leaves(begins[k]);
  }
  taken.next = std::min(taken.next, sight.comes);
  for (const Filter& step : steps) taken.next = std::min(taken.next, scene.next_to_come(step));
  return taken;
}

// "view, then cart:add".
std::string path(const std::vector<Filter>& steps) {
  std::string out;
  for (const Filter& step : steps) out += (out.empty() ? "" : ", then ") + words_of(step);
  return out;
}

std::string measured(const Measure& of) { return "steps reached of " + path(of.steps) + window_words(of); }
// What comes behind the steps that were reached.
std::string margin(const Finding& finding, Scene&) {
  const Measure& of = finding.condition.measure;
  const auto reached = static_cast<std::size_t>(finding.taken.value);
  std::string out;
  if (finding.negated || finding.taken.value >= finding.condition.least) return out;
  for (std::size_t i = reached; i < static_cast<std::size_t>(finding.condition.least); ++i)
    out += (out.empty() ? "" : ", then ") + words_of(of.steps[i]);
  return out;
}

// A step that was reached needs a signal; where not even the first was, there is none of it.
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
      if (!fact.least && fact.bound <= 0) facts.push_back(said.most(signals(0), 0));
    }
  }
  return out;
}
std::pair<std::int64_t, std::int64_t> range(const Measure& of) { return {0, std::ssize(of.steps)}; }
bool never_exceeded(const Measure& one, const Measure& other) {
  return one.kind == other.kind && one.within <= other.within && one.steps.size() <= other.steps.size() &&
         std::ranges::equal(one.steps, std::span(other.steps).first(one.steps.size()), lint::narrower);
}
// All at one instant, in the order of their versions.
bool place(lint::Placer& placer, const lint::Fact& fact) {
  const std::vector<Filter>& steps = fact.measure.steps;
  if (fact.bound > std::ssize(steps)) return false;
  for (std::int64_t i = 0; i < fact.bound; ++i) {
    if (!placer.put(steps[static_cast<std::size_t>(i)], fact.measure.within)) return false;
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
  return R"({"steps":[)" + list + "]" + random_window(dice) + bounds;
}

}  // namespace

constinit const MeasureDefinition kStepsDefinition{
    .kind = MeasureKind::kSteps,
    .name = "steps",
    .description = "The number of steps reached, in order.",
    .label = "steps completed",
    .sentence = "{steps}: {bound} reached{window}{scope}",
    .parts = kParts,
    .blank = R"({"steps":[{"key":"view"},{"key":"cart","value":"add"},{"key":"checkout"}],"within":"2h","reached":2})",
    .read = read,
    .take = take,
    .needed_key = no_key,
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
