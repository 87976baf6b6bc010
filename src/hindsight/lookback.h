// What was known at the moment of a stored decision, from the journal.
#pragma once
#include <string>
#include <unordered_set>
#include <vector>

#include "decision/known.h"
#include "hindsight/playback.h"

namespace beckon::hindsight {

// A decision where it is recorded.
struct Moment {
  JournalRow row;
  Handle handle;
  SessionId session;
  ledger::SessionDigest digest;
  VisitorId visitor;      // under which the session was kept from then on; empty: as it was
  std::string anonymous;  // of the browser, said with the call; empty: not, or nothing came of it
  ledger::Context said;   // with the call
  ledger::PastDecision past;
  commit::TraitTablePtr declared = {};  // which traits are public; set where any are read
};

struct LookedBack {
  // What was known behind each commit in which the session stood at the version that was judged, the newest last. A
  // commit is seen a little after its instant, so the newest ones may not have been known to the decision.
  std::vector<decision::Known> states;
  VisitorId visitor;                              // of the session by the time at which the decision was recorded
  std::unordered_set<ledger::SessionDigest> own;  // the own records that were read
  std::string lacking;                            // what has left the journal since, in words; empty: nothing
};

Result<LookedBack> look_back(ledger::Ledger& ledger, commit::Sessions& sessions, const Moment& moment,
                             const commit::HandleSettings& settings, decision::Wanted wanted);

// What was erased since, by consent, of what the decision saw, in words; empty: nothing. `own`: the own records that it
// read.
Result<std::string> withdrawn_since(ledger::Ledger& ledger, commit::Sessions& sessions, const Moment& moment,
                                    const std::unordered_set<ledger::SessionDigest>& own);

}  // namespace beckon::hindsight
