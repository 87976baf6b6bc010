// Describes conditions and findings in a marketer's words.
#pragma once
#include <string>
#include <vector>

#include "rules/language/taken.h"

namespace beckon::rules {

// "4 min 10 s", "2 h", "3 d 4 h": the two largest units, rounded up to seconds.
std::string words_of(Duration duration);
// "cart:add", "cart or view", "cart.* from email".
std::string words_of(const Filter& filter);

// "US", "US or GB", "US, GB or DE"; for long lists the first five. `last`: between the last two.
std::string words_of(const std::vector<std::string>& list, std::string_view last = " or ");
// " within 30 min", " in this session", and the scope if it is all sessions of the visitor.
std::string window_words(const Measure& measure);
std::string ago(Instant at, Instant now);  // "4 min ago", "just now"

// The result of one condition at an instant. `negated`: it is under when.none.
struct Finding {
  const Condition& condition;
  const ReadyMeasure& measure;
  const Taken& taken;
  bool negated = false;
};

// Values of matching signals, or of their elements, that a measure could not use.
struct Skipped {
  std::int64_t count = 0;
  std::string_view why;  // "missing", "not a number" …
};

std::string measure_words(const Condition& condition);               // "count of cart:add within 30 min"
std::string wanted_words(const Condition& condition, bool negated);  // "at least 2"
std::string seen_words(const Finding& finding, Scene& scene);        // "1"

// What would flip an unmet condition. `by_time`: the instant at which it flips without a new signal, or kNever.
std::string margin_words(const Finding& finding, Scene& scene, Instant by_time);

}  // namespace beckon::rules
