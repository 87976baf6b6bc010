#include "rules/language/cases.h"

#include <algorithm>
#include <functional>

namespace beckon::rules::lint {

namespace {

bool covers(const Pattern& wide, const Pattern& narrow) {
  return wide.prefix ? narrow.text.starts_with(wide.text) : !narrow.prefix && wide.text == narrow.text;
}

// For lists of which an empty one means "all": every entry of `one` is covered by an entry of `other`.
template <class T, class Covers>
bool lists_narrower(const std::vector<T>& one, const std::vector<T>& other, Covers covered_by) {
  if (other.empty()) return true;
  return !one.empty() && std::ranges::all_of(one, [&](const T& narrow) {
    return std::ranges::any_of(other, [&](const T& wide) { return covered_by(wide, narrow); });
  });
}

// Whether `other` is true of a field whenever `one` is.
bool implies(const FieldComparison& one, const FieldComparison& other) {
  if (one.path != other.path) return false;
  if (one.comparison == other.comparison) return true;
  static const Comparison present{.demands = {{.op = Operator::kExists, .constants = {}}}};
  if (other.comparison == present) return needs_value(one.comparison);
  // A text of digits may also match as a number.
  const auto texts = texts_of(one.comparison);
  return texts && std::ranges::all_of(*texts, [&](const std::string& text) {
           return text.find_first_of("0123456789") == text.npos && holds_text(other.comparison, text);
         });
}

}  // namespace

bool narrower(const Filter& one, const Filter& other) {
  return lists_narrower(one.keys, other.keys, covers) && lists_narrower(one.values, other.values, covers) &&
         lists_narrower(one.sources, other.sources, std::equal_to<>()) && one.min_confidence >= other.min_confidence &&
         std::ranges::all_of(other.meta, [&](const FieldComparison& wide) {
           return std::ranges::any_of(one.meta, [&](const FieldComparison& narrow) { return implies(narrow, wide); });
         });
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
