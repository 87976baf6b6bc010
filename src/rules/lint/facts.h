// The linter's reasoning: what a condition says, as bounds on measures that can be compared with each other.
//
// A fact bounds one measure from below or above. Some measures never exceed others: the count of a narrower filter
// in a shorter window is at most that of a wider one in a longer window. So two facts clash if a measure is at
// least x, another one that it never exceeds is at most y, and x > y. A condition is one case, or several of which
// one is true ("not from 2 to 3": at most 1, or at least 4). Statements are refuted if every choice of cases
// clashes.
//
// Sound: refuted statements are true for no window, context and instant. Not complete: it misses contradictions that
// need three facts together, or the arithmetic of sums.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rules/language/cases.h"

namespace beckon::rules::lint {

// One or two facts that cannot be true.
struct Clash {
  Fact one;
  std::optional<Fact> other;  // std::nullopt if the first is impossible by itself
  bool more = false;          // lists of a context field leave no value together, but not these two alone
  bool elsewhere = false;     // other choices of cases clash at other conditions
};

// What must be true for a rule to match: for each part one alternative, with all of its statements.
using Alternative = std::vector<Statement>;
using Part = std::vector<Alternative>;
struct Parts {
  std::vector<Part> parts;
  bool whole = true;  // false: the rule requires more, with too many alternatives
};
Parts parts_of(const Rule& rule);

Cases cases_of(const Statement& statement, const Ground& ground);
Cases cases_of(const Part& part, const Ground& ground);
std::vector<Cases> cases_against(const Part& part, const Ground& ground);  // each of them, for the part not to be true

// The first clash found, if no choice of cases is left; otherwise std::nullopt.
std::optional<Clash> refute(std::span<const Cases> all);

std::string in_words(const Clash& clash);  // "when.all[0] (…) and when.none[0] (…) exclude one another: …."

// Whether the first is at most the second for every window, context and instant.
bool never_exceeds(const Measure& one, const Measure& other);

}  // namespace beckon::rules::lint
