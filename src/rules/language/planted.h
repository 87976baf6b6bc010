// Faults planted on purpose, such as bounds and windows off by one step, so that a test can check that the comparison
// with the reference evaluator finds each of them. Only the tests' build of this folder (BECKON_PLANTED) has the
// switch; in all others `off_by_one` is the constant 0 and compiles away.
#pragma once

namespace beckon::rules {

enum class Planted {
  kNoFault,
  kWindowClosedBehind,  // [now − w, now]
  kNowUnseen,           // (now − w, now)
  kRetentionTooLong,    // by a millisecond
  kAtLeastMore,         // atLeast n requires n + 1
  kAtMostLess,          // atMost n allows n − 1
  kAbsenceFromAnchor,   // a signal that matches both starts a wait and ends it
  kWaitTooLong,         // an absence ends a millisecond late
  kAgeTooGreat,         // last atLeast and atMost: a millisecond late
  kStepsShareSignal,    // one signal may count as two steps
  kCooldownTooLong,     // [now − cooldown, now]
  kCapOneMore,          // max n allows n + 1
  kCapOfVisitor,        // a session's cap counts the visitor's exposures
  kHoursCloseLate,      // open at the closing minute
  kNightToMorning,      // the hours after midnight belong to the day that begins
  kArmEndsLate,         // an arm includes its neighbor's first bucket
  kHoldoutOneMore,      // the holdout has one bucket more
  kShadowHolds,         // a shadow rule adds to the live count
  kValidTooLong,        // a millisecond
  kRolloutOneMore,      // a rollout has one bucket more
  kDayBeginsLate,       // a calendar day begins a millisecond late
  kSinceFromAnchor,     // the signal named by `since` is counted too
  kAboveBound,          // above n matches n
  kTraitTooOld,         // until and age of a trait: a millisecond late
  kTraitDayLate,        // for the date of a trait, a day begins a millisecond late
  kEverTooOld,          // first and last of a counter: a millisecond late
  kEverDayMore,         // the days of a counter cover 65 days
  kLastGroupLost,       // the last of the groups in a group is ignored
  kAnyElement,          // paths into one list may match different elements
  kDecisionTooLong,     // decisions count in [now − w, now]
  kHoldoutActed,        // holdouts count as acted
  kValuesMixed,         // signals with other values of `same` count as those of the newest
  kOneValueMore,        // the 21 newest values of `same` are considered
  kFillingInForce,      // a rule that waits for windows is judged
  kFillsNothing,        // windows are not filled
  kReadLate,            // signals stored while windows are filled do not count as read
  kAgeBoundMore,        // shared ages: windows are a millisecond longer
  kNthNewer,            // shared ages: the signal after the nth newest
  kMissingNewer,        // shared ages: without an nth newest signal, the one before it counts as missing, too
  kLastValueLost,       // the last of the values that a rule needs does not open it
  kBoundPassed,         // shared ages: the validity ignores the bound that time reaches first
  kEnd
};

#ifdef BECKON_PLANTED
inline Planted planted = Planted::kNoFault;  // set between evaluations, by one thread
inline int off_by_one(Planted fault) { return planted == fault ? 1 : 0; }
#else
constexpr int off_by_one(Planted) { return 0; }
#endif

}  // namespace beckon::rules
