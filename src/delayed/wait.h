// What a delayed rule sees, what it waits for, and its timers. Functions with a draft: committing thread only.
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "decision/known.h"

namespace beckon::delayed {

// What a delayed rule sees from one session. Confined to the plan that made it.
struct Sight {
  decision::Known known;  // the session, and the data gathered with it
  std::vector<ledger::SessionPtr>
      sessions;  // scope visitor: all that it sees, oldest first; otherwise only the session

  const ledger::Window& window() const { return sessions.size() > 1 ? *known.merged.window : sessions.front()->window; }
};

// As `find` reads it (known.h), or as of the draft. Fault: something could not be read.
Result<Sight> sight_of(const decision::FindSession& find, const commit::Sessions& digests,
                       const ledger::SessionPtr& session, bool visitor, decision::Wanted wanted, Instant now);
Result<Sight> sight_of(commit::Draft& draft, const ledger::SessionPtr& session, bool visitor, decision::Wanted wanted);

// Whether the anchor is a signal of this window. Versions alone are not enough: they count within a session.
bool has(const ledger::Window& window, const rules::Anchor& anchor);

std::uint64_t same_of(const rules::Anchor& anchor);  // as in Timer

struct Wait {
  rules::Anchor anchor;
  Instant due{};               // of the anchor, or, if it arrived overdue, HandleSettings::due_grace after arrival
  ledger::SessionPtr session;  // the one with the anchor

  std::uint64_t same() const { return same_of(anchor); }
};

// What the rule waits for: at most one wait, or with `same` one for each value. Empty if there is no anchor, the missed
// signal has arrived, the anchor is done, or it arrived before the rule was live.
using IsDone = std::function<bool(const ledger::Session&, const rules::Anchor&)>;
std::vector<Wait> waits_of(const commit::Tenant& tenant, const rules::Delayed& delayed, const Sight& sight, Instant now,
                           const IsDone& is_done);
std::vector<Wait> waits_of(commit::Draft& draft, const commit::Tenant& tenant, const rules::Delayed& delayed,
                           const Sight& sight);
// The wait for a value (or of a rule without `same`); std::nullopt if there is none.
std::optional<Wait> wait_for(std::vector<Wait> waits, std::uint64_t same);

// Why timers are checked.
enum class Cause : std::uint8_t {
  kSignals,  // new ones arrived, or a timer was due too early
  kClock,    // the visitor's time zone changed
  kCompany,  // sessions joined or left the visitor. Sends nothing: a wait already over keeps its timer, or gets none
};

// Sets, moves or cancels the rule's timers: in the session of the anchor, at most one among the visible sessions, or
// one for each value. `came`: the signals of kSignals; timers of other values stay unchanged.
void set_timers(commit::Draft& draft, const commit::Tenant& tenant, const rules::Delayed& delayed, const Sight& sight,
                Cause cause, std::span<const ledger::Signal> came = {});

const rules::Delayed* find_delayed(const rules::RuleSet& rules, std::string_view rule);  // null if it is not live

}  // namespace beckon::delayed
