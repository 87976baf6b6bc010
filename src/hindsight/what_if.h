// What other rules would have done with the recorded traffic: rules.md, "Simulate". Nothing is stored.
//
// The journal is played back in its order, which is that of time: signals as they arrived, and every recorded decision
// request with its context and the session at that time. Two sets of rules are evaluated in parallel, the simulated and
// the live ones, each with exposures, timers and done anchors of its own from the beginning of the span. Imported
// history arrives at its own instants. Data from before the span is only read.
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
  Instant since{}, until{};  // requests in [since, until)
  // Additional decision requests: whenever a signal matches. For history without any.
  struct Ask {
    std::string trigger;
    rules::Filter on;
  };
  std::vector<Ask> asks;
  std::size_t examples = 20;  // kept, at most
};

struct WhatIf {
  struct Rule {
    std::string id;
    bool shadow = false;
    std::int64_t asked = 0;  // requests for its triggers; for a delayed rule, how often it had a result
    std::int64_t acted = 0, suppressed = 0, held_out = 0;
    std::int64_t sessions = 0;  // in which it acted
    std::vector<std::pair<std::string, std::int64_t>> variants;
  };
  struct Answer {
    std::string outcome, rule, variant;  // the last two are empty if none
    friend bool operator==(const Answer&, const Answer&) = default;
  };
  // A request at which the results differ.
  struct Example {
    SessionId session;
    std::string trigger;
    Instant at{};
    Answer was;  // by the live rules
    Answer would_be;
  };
  std::vector<Rule> rules;    // every live and shadow rule that was tried, by id
  std::int64_t signals = 0;   // replayed, including those before the span
  std::int64_t asked = 0;     // decision requests
  std::int64_t sessions = 0;  // with a signal or a decision in the span, recorded or by the rules of either set
  std::int64_t changed_sessions = 0;
  std::vector<Example> examples;  // the first of each session
};

struct WhatIfLimits {
  std::size_t memory = std::size_t{512} << 20;  // bytes of sessions
  std::size_t threads = 1;                      // that play, including the caller
  std::size_t lanes = 8;                       // parts that the threads take in turns; the result does not depend on it
  std::size_t stretch = std::size_t{8} << 20;  // bytes of the journal, played at once; likewise; at most memory / 64
};

// Progress, for the caller that waits for the result. Thread-safe.
struct WhatIfProgress {
  std::atomic<std::uint64_t> done{0}, total{0};  // rows of the journal
  std::atomic<bool> cancelled{false};
};

// Keeps two stretches of the journal, and at most limits.memory bytes of sessions and what connects them; checked after
// each stretch. Fault: kConflict if that was too little, kUnavailable if it was canceled, otherwise the rules could not
// be compiled or the store not read.
Result<WhatIf> what_if(ledger::Ledger& ledger, const commit::Sessions& digests, const WhatIfRequest& request,
                       const WhatIfLimits& limits, WhatIfProgress& progress);

}  // namespace beckon::hindsight
