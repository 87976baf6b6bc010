// What rules would have done with the traffic that was recorded: rules.md, "Simulate". Nothing is stored.
//
// The journal is played again in its order, which is that of time: signals as they arrived, and every recorded moment
// of asking, with the context that was said and the session as it was. Two sets of rules are asked side by side, each
// with spends, timers and done anchors of its own from the beginning of the span: those to be tried, and the live ones.
// History that was imported arrives at its own instants. What stood before the span is only looked at.
#pragma once
#include <atomic>
#include <string>
#include <vector>

#include "commit/sessions.h"
#include "commit/tenant.h"
#include "rules/language/rule.h"

namespace beckon::hindsight {

struct WhatIfRequest {
  commit::TenantPtr tenant;  // handle and settings
  rules::StoredRules tried;
  rules::StoredRules live;
  Instant since{}, until{};  // moments in [since, until)
  // Additional decision requests: whenever a signal fits. For history without any.
  struct Ask {
    std::string trigger;
    rules::Filter on;
  };
  std::vector<Ask> asks;
  std::size_t examples = 20;  // that are kept, at most
};

struct WhatIf {
  struct Rule {
    std::string id;
    bool shadow = false;
    std::int64_t asked = 0;  // how often one of its triggers was; of a delayed rule, how often it came to something
    std::int64_t acted = 0, suppressed = 0, held_out = 0;
    std::int64_t sessions = 0;  // in which it acted or held out
    std::vector<std::pair<std::string, std::int64_t>> variants;
  };
  struct Answer {
    std::string outcome, rule, variant;  // the two are empty: none
    friend bool operator==(const Answer&, const Answer&) = default;
  };
  // A moment at which the answers differ.
  struct Example {
    SessionId session;
    std::string trigger;
    Instant at{};
    Answer was;  // by the live rules
    Answer would_be;
  };
  std::vector<Rule> rules;   // every live and shadow one that was tried, by id
  std::int64_t signals = 0;  // played, those before the span too
  std::int64_t asked = 0;    // moments of asking
  std::int64_t changed_sessions = 0;
  std::vector<Example> examples;  // the first of each session
};

// Seen by whoever waits for it. Thread-safe.
struct WhatIfProgress {
  std::atomic<std::uint64_t> done{0}, total{0};  // rows of the journal
  std::atomic<bool> cancelled{false};
};

// Holds at most `memory` bytes of sessions. Fault: kConflict where that was too little, kUnavailable where it was
// cancelled, else the rules cannot be compiled or the store not read.
Result<WhatIf> what_if(ledger::Ledger& ledger, const commit::Sessions& digests, const WhatIfRequest& request,
                       std::size_t memory, WhatIfProgress& progress);

}  // namespace beckon::hindsight
