// Faults planted on purpose in the code that must never lose a delivery, to check that the simulator finds each of them
// (src/simulator). Only the test that plants them has the switch (BECKON_FAULTS_PLANTED); in all other builds planted()
// is the constant false and compiles away. rules/language/planted.h has those of the rule engine.
#pragma once

namespace beckon {

enum class Planted {
  kNoFault,
  kAcknowledgeBeforeSync,  // the response is sent before the commit
  kSkipSync,               // some commits are not synced
  kPublishWhatIsRefused,   // sessions change in memory although the commit failed
  kDropUnmatched,          // an event without a subscriber is not stored
  kOweFirstOnly,           // if several subscriptions match an event, only one gets it
  kReuseEventId,           // events of one commit share an id
  kLoseRetryAtRestart,     // a new process sends what is due, but forgets future attempts
  kLoseTimerAtRestart,     // a new process does not read timers
  kClaimTwice,             // deliveries in progress are read and started again
  kForgetAttempt,          // of results written together, the last is lost
  kCountAttemptTwice,
  kDropRefusedResults,  // results refused by a full disk are not submitted again
  kReviveEnded,         // a result moves a delivery that has ended
  kDeliverAfterDelete,
  kDeliverWhileDisabled,
  kSendWhatWasErased,  // deliveries read ahead survive the erasure
  kIgnoreRetryAfter,
  kReadSystemClock,  // for a wait
  kIgnoreSetClock,   // times computed before the clock was set back stay
  kOneAccount,       // hanging attempts block all others
  kBreakSessionOrder,
  kReplayAgain,        // a replay forgets its progress
  kKeepUntrue,         // a message is sent although the missed signal has arrived
  kSeeOneIdOnly,       // only the record of the name is read of a visitor's ids
  kNameByInstant,      // a split gives a part the name of its oldest member
  kWaitForNothing,     // a rule that reads new keys is in force although windows are not filled yet
  kJudgeWhileFilling,  // a rule that waits for windows is judged by its new text
  kFillWithoutFormer,  // windows are filled without signals that had left them
  kEnd
};

#ifdef BECKON_FAULTS_PLANTED
inline Planted the_planted = Planted::kNoFault;  // set between runs, by one thread
inline bool planted(Planted fault) { return the_planted == fault; }
#else
constexpr bool planted(Planted) { return false; }
#endif

}  // namespace beckon
