#include "rules/language/words.h"

#include "rules/lint/facts.h"

namespace beckon::rules::lint {

namespace {

// "count of cart within 1 h: not at least 2"
std::string in_words(const Statement& said) {
  if (said.condition->measure.kind == MeasureKind::kActive) return wanted_words(*said.condition, said.negated);
  return measure_words(*said.condition) + ": " + wanted_words(*said.condition, said.negated);
}

// "at most 1 × cart within 1 h"; only counts say more than their condition does.
std::string in_words(const Fact& fact) {
  if (fact.measure.kind != MeasureKind::kCount || fact.measure.calendar != Calendar::kNone || fact.measure.since)
    return "";
  return (fact.least ? "at least " : "at most ") + std::to_string(fact.bound) + " × " + words_of(fact.measure.filter) +
         " within " + words_of(fact.measure.within);
}

}  // namespace

std::string in_words(const Clash& clash) {
  const Statement& one = clash.one.of;
  const std::string first = one.condition->path + " (" + in_words(one) + ")";
  const std::string otherwise = clash.elsewhere ? " All other alternatives conflict as well." : "";
  if (!clash.other || clash.other->of.condition == one.condition) return first + " can never be true." + otherwise;
  const Statement& other = clash.other->of;
  std::string out = first + " and " + other.condition->path + " (" + in_words(other) + ")";
  if (clash.more)
    return out + " leave " + one.condition->measure.field +
           " without a possible value, given the other conditions on it." + otherwise;
  out += " contradict each other";
  const std::string needs = in_words(clash.one), allows = in_words(*clash.other);
  if (!needs.empty() && !allows.empty()) out += ": one requires " + needs + ", the other " + allows;
  return out + "." + otherwise;
}

}  // namespace beckon::rules::lint
