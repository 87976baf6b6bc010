// The compiled form of a handle's rules: equal measures are shared, conditions are in evaluation order, and rules are
// grouped by trigger. Built once, then immutable and thread-safe.
//
// Three things keep a thousand rules almost as cheap as a hundred: a rule that needs a fact that does not exist is
// not evaluated (gates), one measure's value rules out all rules of the trigger that contradict it at once (knocks),
// and conditions that differ only in a duration share the age that they compare with it (language/age.h). The remaining
// rules are visited in order, so the result is the same as evaluating every rule.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "rules/age_families.h"
#include "rules/gates.h"
#include "rules/language/age.h"
#include "rules/language/planted.h"
#include "rules/language/taken.h"
#include "rules/rule_set.h"
#include "rules/thresholds.h"

namespace beckon::rules {

// A prepared condition: true if least ≤ measure ≤ most.
struct Test {
  std::int64_t least = 0;
  std::int64_t most = 0;
  std::uint32_t measure = 0;
  bool by_age = false;  // the measure is an age (language/age.h)

  bool holds(std::int64_t value) const {
    return least + off_by_one(Planted::kAtLeastMore) <= value && value <= most - off_by_one(Planted::kAtMostLess);
  }
};

// The range of a rule's tests in the common array: all [begin, any), any [any, none), none [none, end), followed by the
// tests of its forks, each of which must be true.
struct Course {
  std::uint32_t begin = 0, any = 0, none = 0, end = 0;
  std::uint32_t more = 0;  // the number of its list of forks, from 1; usually 0: none
};

// A prepared Branch: tests that must be true [begin, contrary), tests that must not [contrary, end), and the nested
// forks [first, last).
struct Fork {
  bool any = true;
  std::uint32_t begin = 0, contrary = 0, end = 0;
  std::uint32_t first = 0, last = 0;
};

// The instant at which time alone changes whether the test on this age holds; kNever if it does not.
Instant flips_at(const Test& test, const Age& age, Instant now);

// The rules that a measure's value can rule out.
struct Knocks {
  std::uint32_t measure = 0;
  std::uint32_t nth = 0;  // of the measure, if it is an age
  std::uint32_t row = 0;  // of its family, from 1; 0 if none
  Thresholds below;       // value < threshold
  Thresholds above;       // value > threshold, both inverted (~): then it is the same comparison
  std::vector<std::pair<Test, std::uint32_t>> inside;  // of `none`, with two bounds: value within them; its position

  void put_out(std::int64_t value, std::span<std::uint64_t> standing) const;

  // For an age: the first instant up to `until` at which time alone ends this for one of the rules for which
  // counts(place) is true; otherwise kNever.
  template <class Counts>
  Instant ends(const Age& age, Instant now, Instant until, Counts counts) const {
    if (age.leaves == kNever) return kNever;
    Instant end = kNever;
    const std::int64_t most = age.leaves <= until ? kNoAge : age.ms + (until - now).count();
    if (const std::int64_t bound = below.next(age.ms, most, counts); bound != Thresholds::kNone) {
      end = reaches(age, bound, now);
      if (end == kNever && age.none == kNoAge) end = age.leaves;
    }
    for (const auto& [test, place] : inside)
      if (counts(place) && test.holds(age.ms)) end = std::min(end, flips_at(test, age, now));
    return end;
  }
};

// The rules of one trigger.
struct Asked {
  std::vector<std::uint32_t> live, shadow;  // indexes of rules, in evaluation order
  Gates gates;
  std::vector<Knocks> knocks;       // by measure, sorted
  std::vector<std::string> fields;  // of the context, read by some live rule; sorted
  std::vector<std::string> traits;  // likewise
  std::vector<std::string> counters;
  bool visitor = false, spends = false, reads_traits = false, reads_counters = false;
  bool shares_ages = false;  // some of `knocks` are by age
  // Families of ages: the rules by the nth newest signal that they need. Without it, there is none that is older.
  std::vector<Thresholds> rows;

  const Knocks* knocks_of(std::uint32_t measure) const;
};

// Keys that measures read.
struct KeySet {
  bool every = false;
  std::set<std::string, std::less<>> keys;
  std::set<std::string, std::less<>> prefixes;

  void add(std::string_view text, bool prefix) { (prefix ? prefixes : keys).emplace(text); }
  void add(const Filter& filter);
  void add(const Measure& measure, const Score* score);  // `score`: of a kScore; null if it is not declared
  bool contains(std::string_view key) const;
  bool contains(const KeySet& other) const;  // all of its keys
};

// An absence that conditions measure, however long they wait for it.
struct Absence {
  const Measure* measure = nullptr;  // its filter, after, same and scope
  KeySet starts, ends;               // keys of `after` and of the filter
};

struct CompiledRules {
  std::vector<Rule> rules;                        // live and shadow ones, in evaluation order
  std::vector<Course> courses;                    // of the rule with the same index
  std::vector<std::vector<std::uint64_t>> marks;  // likewise: for each arm, a digest of its visible result
  std::vector<Test> tests;
  std::vector<Test> written;  // the same conditions by the measures that they name: for explanations
  std::vector<Fork> forks;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> fork_lists;  // [first, last) in `forks`
  std::vector<ReadyMeasure> measures;
  std::deque<Measure> ages;  // sources of those that are ages
  KeyTable keys;
  Scores scores;
  std::map<std::string, Asked, std::less<>> triggers;
  std::vector<Delayed> delayed;
  KeySet read_keys;                     // by all measures and goals
  std::vector<Absence> absences;        // each once
  KeySet visitor_absences;              // keys of those of scope visitor
  KeySet visitor_keys;                  // by measures of scope visitor
  std::set<std::uint64_t> marks_asked;  // keys of decisions and reactions that some measure reads

  // The rule's mark_key of `what`, if some rule reads it; otherwise 0.
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

// Uses the live and shadow rules among `rules`, in any order. `zone`: the handle's; null if it has none.
CompiledRules compile_rules(std::vector<Rule> rules, const Scores& scores, const Zone* zone);

struct RuleSet::Compiled : CompiledRules {
  std::uint64_t version = 0;
  std::map<std::string_view, std::vector<Aim>> aims;      // by the goal's key
  std::unordered_map<std::uint64_t, std::uint32_t> arms;  // sticky arms: their keys, with the rules
  bool has_sticky = false, has_forced = false;
  std::vector<std::pair<RuleId, RuleSet>> filling;  // StoredRules::filling, each alone
};

}  // namespace beckon::rules
