// The linter's reasoning: what a condition says, as bounds on measures that can be held against one another.
//
// A fact bounds one measure from below or from above. Some measures never exceed others: what a narrower filter counts
// in a shorter window is never more than what a wider one counts in a longer one. So two facts clash where the first
// measure is at least x, the second, which it never exceeds, at most y, and x > y. A condition is one case, or several
// of which one is true ("not from 2 to 3": at most 1, or at least 4). Statements are refuted where every choice of
// cases clashes.
//
// Sound: what is refuted holds in no window, context and instant. Not complete: what clashes only by three facts
// together, or by the arithmetic of sums, is not found.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rules/language/cases.h"

namespace beckon::rules::lint {

// One or two facts that cannot be.
struct Clash {
  Fact one;
  std::optional<Fact> other;  // none: the first is impossible by itself
  bool more = false;          // lists of a context field that leave no value together, though not these two alone
  bool elsewhere = false;     // other choices of cases end at other conditions
};

// What must be true for a rule to hold: of each part one alternative, with all of its statements.
using Alternative = std::vector<Statement>;
using Part = std::vector<Alternative>;
struct Parts {
  std::vector<Part> parts;
  bool whole = true;  // false: the rule asks for more, which has too many alternatives
};
Parts parts_of(const Rule& rule);

Cases cases_of(const Statement& statement, const Ground& ground);
Cases cases_of(const Part& part, const Ground& ground);
std::vector<Cases> cases_against(const Part& part, const Ground& ground);  // each of them, for the part not to be true

// The first clash on the way, where no choice of cases is left; else std::nullopt.
std::optional<Clash> refute(std::span<const Cases> all);

std::string in_words(const Clash& clash);  // "when.all[0] (…) and when.none[0] (…) exclude one another: …."

// Whether in every window, context and instant the first is at most the second.
bool never_exceeds(const Measure& one, const Measure& other);

}  // namespace beckon::rules::lint
