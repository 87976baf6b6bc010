// What the linter knows of a condition: bounds on measures that can be held against one another (lint/facts.h).
#pragma once
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <vector>

#include "rules/language/rule.h"
#include "rules/language/score.h"

namespace beckon::rules::lint {

inline constexpr std::int64_t kEvery = std::numeric_limits<std::int64_t>::max();

// What facts rest on next to the rule.
struct Ground {
  Duration retention{};
  const Scores* scores = nullptr;
};

// A condition, or its contrary.
struct Statement {
  const Condition* condition = nullptr;
  bool negated = false;
};

// `measure.within` is how far it really looks back. The instant itself is a kActive, in milliseconds.
struct Fact {
  Measure measure;
  bool least = false;  // the measure is at least `bound`, else at most
  std::int64_t bound = 0;
  Statement of;
};

using Case = std::vector<Fact>;   // all of them
using Cases = std::vector<Case>;  // one of them

bool narrower(const Filter& one, const Filter& other);  // all that fits the one fits the other

// One statement, from which a measure makes its cases. What it refers to outlives it.
struct Said {
  Said(const Statement& statement, const Ground& given)
      : of(statement), condition(*statement.condition), measure(statement.condition->measure), ground(given) {}

  // How far a measure that looks back `within` really does.
  Duration sight(Duration within) const {
    return within == Duration{} ? ground.retention : std::min(within, ground.retention);
  }
  Duration sight() const { return sight(measure.within); }

  Measure itself() const;  // with `within` as far as it really looks back
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

  // `what` is from `low` to `high`, or, negated, outside.
  Cases bounds(const Measure& what, std::int64_t low, std::int64_t high) const;
  // The same of what is 0 or 1, or asked for as if it were.
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
