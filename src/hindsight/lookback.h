// Restores what was known at the moment of a stored decision, from the journal.
#pragma once
#include <string>
#include <unordered_set>
#include <vector>

#include "decision/known.h"
#include "hindsight/playback.h"

namespace beckon::hindsight {

// A decision as recorded.
struct Moment {
  JournalRow row;
  Handle handle;
  SessionId session;
  ledger::SessionDigest digest;
  VisitorId visitor;      // that the session was kept under from then on; empty if unchanged
  std::string anonymous;  // of the browser, given with the request; empty if not given or without effect
  ledger::Context said;   // given with the request
  ledger::PastDecision past;
  commit::TraitTablePtr declared = {};  // tells which traits are public; set if any are read
};

struct LookedBack {
  // What was known after each commit in which the session had the evaluated version, the newest last. Readers see a
  // commit slightly after its instant, so the decision may not have seen the newest ones.
  std::vector<decision::Known> states;
  VisitorId visitor;                              // of the session when the decision was recorded
  std::unordered_set<ledger::SessionDigest> own;  // the own records that were read
  std::string lacking;                            // what has left the journal since, as text; empty if nothing
};

Result<LookedBack> look_back(ledger::Ledger& ledger, commit::Sessions& sessions, const Moment& moment,
                             const commit::HandleSettings& settings, decision::Wanted wanted);

// What the decision saw that was erased since because of consent, as text; empty if nothing. `own`: the own records
// that it read.
Result<std::string> withdrawn_since(ledger::Ledger& ledger, commit::Sessions& sessions, const Moment& moment,
                                    const std::unordered_set<ledger::SessionDigest>& own);

}  // namespace beckon::hindsight
