// distinct: the number of different values of the matching signals.
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <unordered_set>

#include "ledger/window.h"
#include "rules/language/decimal.h"
#include "rules/language/field_path.h"
#include "rules/language/measures/shared.h"

namespace beckon::rules::measures::distinct {

namespace {

constexpr std::array kParts{Part::kFilter, Part::kWindow, Part::kBound, Part::kScope};

void read(Members& members, Condition& condition) {
  condition.measure.filter = read_filter(*members.find("distinct"), members.path("distinct"), members.issues(),
                                         &condition.measure.field, Field::kOptional);
  condition.measure.path = is_path(condition.measure.field);
  read_window(members, condition.measure);
  read_count_bounds(members, condition);
}

// What distinct counts of a signal; std::nullopt if there is nothing. `room` holds a text that had escapes.
std::optional<std::string_view> value_of(const ledger::Signal& signal, const std::string& field, std::string& room) {
  if (!field.empty()) return scalar_in(signal.metadata, field, room);
  return signal.has_value ? std::optional(signal.value) : std::nullopt;
}

// The same for a path. There can be many more elements than signals, so they are looked up by hash.
Taken take_elements(const ReadyMeasure& measure, Scene& scene) {
  thread_local std::unordered_set<std::string> values;
  values.clear();
  const Scene::Sight sight = sight_of(measure, scene);
  Taken taken{.next = std::min(scene.next_to_come(measure.stream), sight.comes)};
  std::string room;
  scene.newest_first(measure.stream, sight, [&](std::size_t i, Instant at) {
    for (const std::string_view text : values_of(scene.signal(i), *measure.source)) {
      const auto value = scalar_of(text, room);
      if (!value || !values.emplace(*value).second) continue;
      if (taken.witness == kNever) taken.witness = at;
      taken.next = std::min(taken.next, sight.leaves(at));
    }
    return true;
  });
  taken.value = static_cast<std::int64_t>(values.size());
  return taken;
}

// The number changes when the newest signal of some value leaves.
Taken take(const ReadyMeasure& measure, Scene& scene) {
  if (measure.source->path) return take_elements(measure, scene);
  thread_local std::vector<std::string> values;  // reused, to avoid allocations
  const Scene::Sight sight = sight_of(measure, scene);
  Taken taken{.next = std::min(scene.next_to_come(measure.stream), sight.comes)};
  std::size_t size = 0;
  std::string room;
  scene.newest_first(measure.stream, sight, [&](std::size_t i, Instant at) {
    const auto value = value_of(scene.signal(i), measure.source->field, room);
    if (!value || std::find(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(size), *value) !=
                      values.begin() + static_cast<std::ptrdiff_t>(size))
      return true;
    if (size == values.size()) values.emplace_back();
    values[size++] = *value;
    if (size == 1) taken.witness = at;
    taken.next = std::min(taken.next, sight.leaves(at));
    return true;
  });
  taken.value = static_cast<std::int64_t>(size);
  return taken;
}

std::string measured(const Measure& of) {
  return "distinct " + (of.field.empty() ? "values" : "values in " + of.field) + " of " + words_of(of.filter) +
         window_words(of);
}
std::string margin(const Finding& finding, Scene&) {
  const Measure& of = finding.condition.measure;
  return more_signals(finding, (of.field.empty() ? "value" : "value in " + of.field) + " of " + words_of(of.filter));
}

Skipped skipped(const Finding& finding, Scene& scene) {
  const Measure& of = finding.condition.measure;
  std::int64_t missing = 0, others = 0;
  std::string room;
  const auto count = [&](std::string_view value) {
    if (value.empty() || value == "null")
      ++missing;
    else if (!scalar_of(value, room))
      ++others;
  };
  scene.newest_first(finding.measure.stream, sight_of(finding.measure, scene), [&](std::size_t i, Instant) {
    const ledger::Signal signal = scene.signal(i);
    if (of.field.empty())
      missing += signal.has_value ? 0 : 1;
    else
      std::ranges::for_each(values_of(signal, of), count);
    return true;
  });
  return {missing + others, missing == 0 ? "a list or object" : others == 0 ? "missing" : "missing, list or object"};
}

// This many values need this many signals, unless one signal can have several.
lint::Cases cases(const lint::Said& said) {
  lint::Cases out = itself_in_bounds(said);
  for (lint::Case& facts : out) {
    const std::int64_t values = facts.front().bound;
    if (facts.front().least && values > 0)
      facts.insert(facts.begin() + 1, said.least(said.count(said.measure.filter, said.sight()),
                                                 reaches_elements(said.measure.field) ? 1 : values));
  }
  return out;
}
std::pair<std::int64_t, std::int64_t> range(const Measure& of) {
  if (reaches_elements(of.field)) return {0, lint::kEvery};
  const bool listed =
      of.field.empty() && !of.filter.values.empty() && std::ranges::none_of(of.filter.values, &Pattern::prefix);
  const std::int64_t window = window_size(of);
  return {0, listed ? std::min(window, std::ssize(of.filter.values)) : window};
}
bool place(lint::Placer& placer, const lint::Fact& fact) {
  if (fact.bound > static_cast<std::int64_t>(ledger::Window::kCapacity)) return false;
  const std::string& field = fact.measure.field;
  for (std::int64_t i = 0; i < fact.bound; ++i) {
    const auto nth = static_cast<std::size_t>(i);
    const auto dress = [&](lint::Seen& seen) {
      if (field.empty())
        seen.value = lint::fitting(fact.measure.filter, {}, nth).value.value_or("v" + std::to_string(nth + 1));
      else
        seen.metadata = lint::metadata_with(seen.metadata, field, json::quote("v" + std::to_string(nth + 1)));
    };
    if (!placer.put(fact.measure.filter, fact.measure.within, dress)) return false;
  }
  return true;
}

std::string random(Dice& dice) {
  return R"({"distinct":)" + random_filter(dice, dice.one_in(2) ? random_field(dice) : "") + random_window(dice) +
         random_bounds(dice);
}

}  // namespace

constinit const MeasureDefinition kDefinition{
    .kind = MeasureKind::kDistinct,
    .name = "distinct",
    .description = "The number of distinct values.",
    .label = "different values",
    .sentence = "{bound} different {field of }{filter}{window}{scope}",
    .parts = kParts,
    .blank = R"({"distinct":{"key":"view"},"within":"1h","atLeast":3})",
    .read = read,
    .take = take,
    .needed_key = key_of_some,
    .measured = measured,
    .wanted = bounds,
    .seen = number_seen,
    .margin = margin,
    .skipped = skipped,
    .cases = cases,
    .range = range,
    .never_exceeded = narrower_of_its_kind,
    .place = place,
    .random = random,
};

}  // namespace beckon::rules::measures::distinct
