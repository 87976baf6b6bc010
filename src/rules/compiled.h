// The compiled form of a handle's rules: measures shared where they are equal, conditions in the order of judgement,
// rules by the trigger that asks for them. Built once, then immutable and thread-safe.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "rules/measure.h"

namespace beckon::rules {

// A condition made ready: it holds where least ≤ measure ≤ most.
struct Test {
  std::int64_t least = 0;
  std::int64_t most = 0;
  std::uint32_t measure = 0;

  bool holds(std::int64_t value) const { return least <= value && value <= most; }
};

// Where a rule's tests stand in the one array of them: all [begin, any), any [any, none), none [none, end).
struct Course {
  std::uint32_t begin = 0, any = 0, none = 0, end = 0;
};

struct CompiledRules {
  std::vector<Rule> rules;         // live ones, in the order of judgement
  std::vector<Course> courses;     // of the rule with the same index
  std::vector<std::uint64_t> marks;  // likewise: digest of what an answer shows of it (id, action, ttl)
  std::vector<Test> tests;
  std::vector<ReadyMeasure> measures;
  KeyTable keys;
  std::map<std::string, std::vector<std::uint32_t>, std::less<>> triggers;  // to indices of rules, in order

  const std::vector<std::uint32_t>* asked_by(std::string_view trigger) const {
    const auto found = triggers.find(trigger);
    return found == triggers.end() ? nullptr : &found->second;
  }
};

// Takes the rules that are live, in any order.
CompiledRules compile_rules(std::vector<Rule> live);

struct RuleSet::Compiled : CompiledRules {
  std::uint64_t version = 0;
};

}  // namespace beckon::rules
