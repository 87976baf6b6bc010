// What the linter derives from a condition: bounds on measures that can be compared with each other (lint/facts.h).
#pragma once
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <vector>

#include "rules/language/rule.h"
#include "rules/language/score.h"

namespace beckon::rules::lint {

inline constexpr std::int64_t kEvery = std::numeric_limits<std::int64_t>::max();

// What facts depend on other than the rule.
struct Ground {
  Duration retention{};
  const Scores* scores = nullptr;
};

// A condition or its negation.
struct Statement {
  const Condition* condition = nullptr;
  bool negated = false;
};

// `measure.within` is the effective time range. The current instant itself is a kActive, in milliseconds.
struct Fact {
  Measure measure;
  bool least = false;  // true: the measure is at least `bound`; false: at most
  std::int64_t bound = 0;
  Statement of;
};

using Case = std::vector<Fact>;   // all of these facts
using Cases = std::vector<Case>;  // one of these cases

bool narrower(const Filter& one, const Filter& other);  // everything that matches `one` matches `other`

// A statement from which a measure derives its cases. What it refers to outlives it.
struct Said {
  Said(const Statement& statement, const Ground& given)
      : of(statement), condition(*statement.condition), measure(statement.condition->measure), ground(given) {}

  // The effective time range of a measure with this `within`.
  Duration sight(Duration within) const {
    return within == Duration{} ? ground.retention : std::min(within, ground.retention);
  }
  Duration sight() const { return sight(measure.within); }

  Measure itself() const;  // with `within` set to the effective time range
  Measure count(const Filter& filter, Duration span) const {
    Measure counted{.kind = MeasureKind::kCount, .scope = measure.scope, .within = span, .filter = filter};
    counted.calendar = measure.calendar;
    counted.zone = measure.zone;
    counted.since = measure.since;
    if (measure.since) counted.after = measure.after;
    return counted;
  }
  Fact least(const Measure& what, std::int64_t bound) const { return {what, true, bound, of}; }
  Fact most(const Measure& what, std::int64_t bound) const { return {what, false, bound, of}; }

  // `what` is between `low` and `high`; if negated, outside.
  Cases bounds(const Measure& what, std::int64_t low, std::int64_t high) const;
  // The same for a value that is 0 or 1, or is compared as if it were.
  Cases yes_or_no(const Measure& what, std::int64_t low, std::int64_t high) const {
    const bool yes = (low >= 1 || high >= 1) != of.negated;
    return {{yes ? least(what, 1) : most(what, 0)}};
  }

  Statement of;
  const Condition& condition;
  const Measure& measure;
  const Ground& ground;
};

}  // namespace beckon::rules::lint
