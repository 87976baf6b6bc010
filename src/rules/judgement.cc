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
  if (scratch_.slots.size() < rules.measures.size()) scratch_.slots.resize(rules.measures.size());
}

Scene& Judgement::scene_of(std::uint32_t measure) {
  if (rules_.measures[measure].source->scope == Scope::kSession || facts_.visitor == nullptr) return scene_;
  if (!visitor_) visitor_.emplace(*facts_.visitor, facts_, rules_.keys, scratch_.visitor);
  return *visitor_;
}

void Judgement::begin(const Asked& asked) {
  scratch_.standing.assign(asked.ungated.begin(), asked.ungated.end());
  for (const auto& [key, rules] : asked.gates) {
    if (!scene_.any_of(key)) continue;
    for (const Bits& some : rules) scratch_.standing[some.word] |= some.bits;
  }
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
  Scratch::Slot& slot = scratch_.slots[test.measure];
  if (slot.judgement != number_) [[unlikely]] {
    const Taken found = taken(test.measure);
    slot = {number_, found.value};
    read_until(found.next);
    if (const Knocks* knocks = asked ? asked->knocks_of(test.measure) : nullptr)
      knocks->put_out(found.value, scratch_.standing);
  }
  return test.holds(slot.value);
}

}  // namespace beckon::rules
