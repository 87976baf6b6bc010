#include "rules/rule.h"

#include <algorithm>

namespace beckon::rules {

namespace {

bool any_fits(const std::vector<Pattern>& patterns, std::string_view text) {
  return std::ranges::any_of(patterns, [text](const Pattern& pattern) { return pattern.fits(text); });
}

}  // namespace

bool Filter::fits(const ledger::Signal& signal) const {
  if (!keys.empty() && !any_fits(keys, signal.key)) return false;
  if (!values.empty() && (!signal.has_value || !any_fits(values, signal.value))) return false;
  if (!sources.empty() && std::ranges::find(sources, signal.source) == sources.end()) return false;
  return signal.confidence >= min_confidence;
}

}  // namespace beckon::rules
