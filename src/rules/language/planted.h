// Faults planted on purpose: wrong bounds and windows by one step, so that a test can see that the agreement with the
// reference evaluator finds each of them. Only the tests' build of this folder (BECKON_PLANTED) has the switch; in
// every other one `off_by_one` is the constant 0 and nothing of it is left.
#pragma once

namespace beckon::rules {

enum class Planted {
  kNoFault,
  kWindowClosedBehind,  // [now − w, now]
  kNowUnseen,           // (now − w, now)
  kRetentionTooLong,    // by a millisecond
  kAtLeastMore,         // atLeast n asks for n + 1
  kAtMostLess,          // atMost n allows n − 1
  kAbsenceFromAnchor,   // a signal that is both starts a wait and ends it
  kWaitTooLong,         // an absence holds a millisecond late
  kAgeTooGreat,         // last atLeast and atMost: a millisecond late
  kStepsShareSignal,    // one signal may be two steps
  kCooldownTooLong,     // [now − cooldown, now]
  kCapOneMore,          // max n allows n + 1
  kCapOfVisitor,        // a session's cap counts the visitor's spends
  kHoursCloseLate,      // open at the closing minute
  kNightToMorning,      // the hours behind midnight belong to the day that begins
  kArmEndsLate,         // an arm has its neighbour's first bucket
  kHoldoutOneMore,      // the holdout has a bucket more
  kShadowHolds,         // a shadow rule spends from the live count
  kValidTooLong,        // a millisecond
  kRolloutOneMore,      // a rollout has a bucket more
  kDayBeginsLate,       // a calendar day begins a millisecond late
  kSinceFromAnchor,     // the signal since which others count is one of them
  kAboveBound,          // above n allows n
  kTraitTooOld,         // until and age of a trait: a millisecond late
  kTraitDayLate,        // a day begins a millisecond late for the date of a trait
  kLastGroupLost,       // the last of the groups in a group is not looked at
  kAnyElement,          // the paths of one list may be true of different elements
  kDecisionTooLong,     // decisions count in [now − w, now]
  kHoldoutActed,        // what was held out counts as done
  kEnd
};

#ifdef BECKON_PLANTED
inline Planted planted = Planted::kNoFault;  // set between judgements, by one thread
inline int off_by_one(Planted fault) { return planted == fault ? 1 : 0; }
#else
constexpr int off_by_one(Planted) { return 0; }
#endif

}  // namespace beckon::rules
