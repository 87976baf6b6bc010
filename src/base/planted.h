// Faults planted on purpose into what must never lose a delivery, so that one sees that the simulator finds each of
// them (src/simulator). Only the test that plants them has the switch (BECKON_FAULTS_PLANTED); in every other build
// planted() is the constant false and nothing of it is left. rules/language/planted.h has those of the rule engine.
#pragma once

namespace beckon {

enum class Planted {
  kNoFault,
  kAcknowledgeBeforeSync,  // the answer leaves before the commit
  kSkipSync,               // some commits are not synced
  kPublishWhatIsRefused,   // sessions change in memory although the commit failed
  kDropUnmatched,          // an event without a subscriber is not kept
  kOweFirstOnly,           // of several subscriptions that want an event only one gets it
  kReuseEventId,           // events of one commit share an id
  kLoseRetryAtRestart,     // a new process sends what is due, and forgets what will be
  kLoseTimerAtRestart,     // a new process does not ask for timers
  kClaimTwice,             // what is under way is read and begun again
  kForgetAttempt,          // of results that are written together the last is left out
  kCountAttemptTwice,
  kDropRefusedResults,  // what the full disk refused is not handed over again
  kReviveEnded,         // a result moves a delivery that has ended
  kDeliverAfterDelete,
  kDeliverWhileDisabled,
  kSendWhatWasErased,  // what was read ahead outlives the erasure
  kIgnoreRetryAfter,
  kReadSystemClock,  // for a wait
  kIgnoreSetClock,   // what was reckoned before the clock was set back stands
  kOneAccount,       // attempts that hang stand in the way of all others
  kBreakSessionOrder,
  kReplayAgain,    // a replay forgets how far it has come
  kKeepUntrue,     // a message goes although what it misses has come
  kSeeOneIdOnly,   // of a visitor's ids only the name's record is read
  kNameByInstant,  // a split gives a part the name of its oldest member
  kEnd
};

#ifdef BECKON_FAULTS_PLANTED
inline Planted the_planted = Planted::kNoFault;  // set between runs, by one thread
inline bool planted(Planted fault) { return the_planted == fault; }
#else
constexpr bool planted(Planted) { return false; }
#endif

}  // namespace beckon
