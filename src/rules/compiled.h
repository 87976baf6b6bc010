// The compiled form of a handle's rules: measures shared where they are equal, conditions in the order of judgement,
// rules by the trigger that asks for them. Built once, then immutable and thread-safe.
//
// What makes a thousand rules cost little more than a hundred: a rule that needs a key of which no signal is there is
// not looked at (gates), and a measure that is taken once puts out, in one stroke, every rule of the trigger that its
// value contradicts (knocks). Rules are then met in order, so that the answer is the one of the plain walk.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "rules/language/planted.h"
#include "rules/language/taken.h"
#include "rules/rule_set.h"
#include "rules/thresholds.h"

namespace beckon::rules {

// A condition made ready: it holds where least ≤ measure ≤ most.
struct Test {
  std::int64_t least = 0;
  std::int64_t most = 0;
  std::uint32_t measure = 0;

  bool holds(std::int64_t value) const {
    return least + off_by_one(Planted::kAtLeastMore) <= value && value <= most - off_by_one(Planted::kAtMostLess);
  }
};

// Where a rule's tests stand in the one array of them: all [begin, any), any [any, none), none [none, end), and
// behind these the tests of its forks, each of which must be true.
struct Course {
  std::uint32_t begin = 0, any = 0, none = 0, end = 0;
  std::uint32_t more = 0;  // the number of its list of forks, from 1; 0: it has none, as most
};

// A Branch made ready: tests that are to hold [begin, contrary), tests that are not [contrary, end), and the forks
// [first, last) inside it.
struct Fork {
  bool any = true;
  std::uint32_t begin = 0, contrary = 0, end = 0;
  std::uint32_t first = 0, last = 0;
};

// Rules of a trigger, by their place on it: the bits that are set in one word of 64.
struct Bits {
  std::uint32_t word = 0;
  std::uint64_t bits = 0;
};

// What the value of a measure puts out.
struct Knocks {
  std::uint32_t measure = 0;
  Thresholds below;  // value < threshold
  Thresholds above;  // value > threshold, both inverted (~): then it is the same comparison
  std::vector<std::pair<Test, std::uint32_t>> inside;  // of `none`, with two bounds: value inside them; and the place

  void put_out(std::int64_t value, std::span<std::uint64_t> standing) const;
};

// The rules that one trigger asks.
struct Asked {
  std::vector<std::uint32_t> live, shadow;  // indices of rules, in the order of judgement
  std::vector<std::uint64_t> ungated;       // words of places in `live`: rules that are looked at whatever there is
  std::vector<std::pair<std::int32_t, std::vector<Bits>>> gates;  // by key number: rules that need it
  std::vector<Knocks> knocks;                                     // by measure, sorted
  std::vector<std::string> fields;  // of the context, that some live rule looks at; sorted
  std::vector<std::string> traits;  // likewise
  std::vector<std::string> counters;
  bool visitor = false, spends = false, reads_traits = false, reads_counters = false;

  const Knocks* knocks_of(std::uint32_t measure) const;
};

// Keys that measures read.
struct KeySet {
  bool every = false;
  std::vector<Pattern> patterns;

  void add(const Filter& filter);
  bool contains(std::string_view key) const;
};

struct CompiledRules {
  std::vector<Rule> rules;                        // live and shadow ones, in the order of judgement
  std::vector<Course> courses;                    // of the rule with the same index
  std::vector<std::vector<std::uint64_t>> marks;  // likewise: for each arm, digest of what an answer shows of it
  std::vector<Test> tests;
  std::vector<Fork> forks;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> fork_lists;  // [first, last) in `forks`
  std::vector<ReadyMeasure> measures;
  KeyTable keys;
  Scores scores;
  std::map<std::string, Asked, std::less<>> triggers;
  std::vector<Delayed> delayed;
  KeySet visitor_keys;                  // by measures of scope visitor
  std::set<std::uint64_t> marks_asked;  // keys of decisions and reactions that some measure looks at

  // mark_key of this of the rule, where it is asked about; else 0.
  std::uint64_t asked_mark(const Rule& rule, std::string_view what) const;

  std::span<const Fork> forks_of(const Course& course) const {
    if (course.more == 0) return {};
    const auto [first, last] = fork_lists[course.more - 1];
    return std::span(forks).subspan(first, last - first);
  }
  const Asked* asked_by(std::string_view trigger) const {
    const auto found = triggers.find(trigger);
    return found == triggers.end() ? nullptr : &found->second;
  }
};

// Takes the rules that are live or in shadow, in any order. `zone`: the handle's; null: it has none.
CompiledRules compile_rules(std::vector<Rule> rules, const Scores& scores, const Zone* zone);

struct RuleSet::Compiled : CompiledRules {
  std::uint64_t version = 0;
  std::map<std::string_view, std::vector<Aim>> aims;      // by the goal's key
  std::unordered_map<std::uint64_t, std::uint32_t> arms;  // that stay, by their keys the rules
  bool has_sticky = false, has_forced = false;
};

}  // namespace beckon::rules
