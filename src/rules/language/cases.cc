#include "rules/language/cases.h"

#include <algorithm>
#include <functional>

namespace beckon::rules::lint {

namespace {

bool covers(const Pattern& wide, const Pattern& narrow) {
  return wide.prefix ? narrow.text.starts_with(wide.text) : !narrow.prefix && wide.text == narrow.text;
}

// Of lists of which none means "all": every entry of the one is covered by an entry of the other.
template <class T, class Covers>
bool lists_narrower(const std::vector<T>& one, const std::vector<T>& other, Covers covered_by) {
  if (other.empty()) return true;
  return !one.empty() && std::ranges::all_of(one, [&](const T& narrow) {
    return std::ranges::any_of(other, [&](const T& wide) { return covered_by(wide, narrow); });
  });
}

}  // namespace

bool narrower(const Filter& one, const Filter& other) {
  return lists_narrower(one.keys, other.keys, covers) && lists_narrower(one.values, other.values, covers) &&
         lists_narrower(one.sources, other.sources, std::equal_to<>()) && one.min_confidence >= other.min_confidence;
}

Measure Said::itself() const {
  Measure what = measure;
  what.within = sight();
  return what;
}

Cases Said::bounds(const Measure& what, std::int64_t low, std::int64_t high) const {
  if (!of.negated) return {{least(what, low), most(what, high)}};
  Cases out{{most(what, low - 1)}};
  if (high != kEvery) out.push_back({least(what, high + 1)});
  return out;
}

}  // namespace beckon::rules::lint
