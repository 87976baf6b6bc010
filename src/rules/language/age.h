// Conditions whose truth depends on the age of one signal. Those that differ only in a duration are bounds on the same
// age, so rules can share it, and one age rules out all rules that contradict it:
//
//   seen within w                    age of the newest < w
//   count within w atLeast n         age of the nth newest < w
//   count within w atMost n          age of the (n + 1)th newest ≥ w, or no such signal
//   last within w atLeast a atMost b age of the newest from a to b, and < w
//   absent for d                     age of the anchor ≥ d
#pragma once
#include <cstdint>
#include <limits>

#include "rules/language/taken.h"

namespace beckon::rules {

// Older than every signal.
inline constexpr std::int64_t kNoAge = std::numeric_limits<std::int64_t>::max() / 2;

// A condition as bounds on an age, in milliseconds: true if least ≤ age ≤ most.
struct AgeBounds {
  Measure of;  // without its duration: kSeen, kLast or kAbsent
  std::uint32_t nth = 1;
  std::int64_t least = Condition::kNoLeast;
  std::int64_t most = Condition::kNoMost;
};

// A condition on the age of the nth newest signal: that it counts in the window of `of`.
AgeBounds nth_newest(const Measure& of, std::int64_t nth);

// An age at an instant. Time alone makes it grow, until the signal leaves.
struct Age {
  std::int64_t ms = 0;      // without a signal, `none`
  std::int64_t none = 0;    // kNoAge; for kLast and kAbsent −1, since a missing signal never gets old enough
  Instant leaves = kNever;  // when the signal no longer counts; kNever if there is none
  Instant comes = kNever;   // when a later signal becomes visible and may take its place
};

// Precondition: measure.nth > 0.
Age age_of(const ReadyMeasure& measure, Scene& scene);

// The instant at which an age reaches a bound, which must be greater, if it still counts then; otherwise kNever.
inline Instant reaches(const Age& age, std::int64_t bound, Instant now) {
  return age.leaves != kNever && bound - age.ms < (age.leaves - now).count() ? now + Duration{bound - age.ms} : kNever;
}

}  // namespace beckon::rules
