#include "rules/judgement.h"

#include <algorithm>

#include "rules/language/planted.h"

namespace beckon::rules {

Judgement::Judgement(const CompiledRules& rules, const Facts& facts, Scratch& scratch)
    : rules_(rules),
      facts_(facts),
      scratch_(scratch),
      scene_(facts.window, facts, rules.keys, scratch.session),
      number_(++scratch.judgements) {
  if (scratch_.slots.size() < rules.measures.size()) {
    scratch_.slots.resize(rules.measures.size());
    scratch_.ages.resize(rules.measures.size());
  }
}

Scene& Judgement::scene_of(std::uint32_t measure) {
  if (rules_.measures[measure].source->scope == Scope::kSession || facts_.visitor == nullptr) return scene_;
  if (!visitor_) visitor_.emplace(*facts_.visitor, facts_, rules_.keys, scratch_.visitor);
  return *visitor_;
}

void Judgement::begin(const Asked& asked) {
  asked.gates.open(scene_, scratch_.standing);
  scratch_.by_age.clear();
  if (asked.shares_ages) scratch_.possible.assign(scratch_.standing.begin(), scratch_.standing.end());
}

bool Judgement::holds(const Course& course, const Asked* asked) {
  const Test* const tests = rules_.tests.data();
  for (std::uint32_t i = course.begin; i < course.any; ++i) {
    if (!holds(tests[i], asked)) return false;
  }
  if (course.any != course.none &&
      std::none_of(tests + course.any, tests + course.none, [&](const Test& test) { return holds(test, asked); }))
    return false;
  for (std::uint32_t i = course.none; i < course.end; ++i) {
    if (holds(tests[i], asked)) return false;
  }
  return course.more == 0 ||
         std::ranges::all_of(rules_.forks_of(course), [&](const Fork& fork) { return holds(fork, asked); });
}

// Among alternatives, the first true one decides; otherwise, the first false one.
bool Judgement::holds(const Fork& fork, const Asked* asked) {
  for (std::uint32_t i = fork.begin; i < fork.end; ++i) {
    if ((holds(rules_.tests[i], asked) == (i < fork.contrary)) == fork.any) return fork.any;
  }
  const std::uint32_t last =
      fork.last - (fork.first < fork.last ? static_cast<std::uint32_t>(off_by_one(Planted::kLastGroupLost)) : 0);
  for (std::uint32_t i = fork.first; i < last; ++i) {
    if (holds(rules_.forks[i], asked) == fork.any) return fork.any;
  }
  return !fork.any;
}

bool Judgement::holds(const Test& test, const Asked* asked) {
  const Scratch::Slot& slot = scratch_.slots[test.measure];
  if (slot.judgement != number_) [[unlikely]]
    measure(test, asked);
  if (test.by_age) read_until(flips_at(test, scratch_.ages[test.measure], facts_.now));
  return test.holds(slot.value);
}

void Judgement::measure(const Test& test, const Asked* asked) {
  std::int64_t value = 0;
  if (test.by_age) {
    value = age(test.measure);
  } else {
    const Taken found = taken(test.measure);
    value = found.value;
    read_until(found.next);
  }
  scratch_.slots[test.measure] = {number_, value};
  const Knocks* knocks = asked ? asked->knocks_of(test.measure) : nullptr;
  if (knocks == nullptr) return;
  knocks->put_out(value, scratch_.standing);
  if (knocks->nth == 0) return;
  scratch_.by_age.push_back(knocks);
  if (knocks->row > 0 && value == kNoAge)
    asked->rows[knocks->row - 1].put_out(std::int64_t{knocks->nth} - 1 - off_by_one(Planted::kMissingNewer),
                                         scratch_.standing);
}

std::int64_t Judgement::age(std::uint32_t measure) {
  Age& age = scratch_.ages[measure];
  age = age_of(rules_.measures[measure], scene_of(measure));
  read_until(age.comes);
  return age.ms;
}

void Judgement::read_bounds_until(Instant until) {
  for (const Knocks* knocks : scratch_.by_age)
    read_until(knocks->ends(
        scratch_.ages[knocks->measure], facts_.now, std::min(next_, until),
        [&](std::uint32_t place) { return place < end_ && (scratch_.possible[place / 64] >> place % 64 & 1) != 0; }));
}

}  // namespace beckon::rules
