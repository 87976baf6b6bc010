// What a delayed rule sees and waits from, and the timers that stand for it. Committing thread, where a draft is given.
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "decision/known.h"

namespace beckon::delayed {

// What a delayed rule sees from one session on. Confined to the plan that made it.
struct Sight {
  decision::Known known;  // the session, and what was gathered with it
  std::vector<ledger::SessionPtr>
      sessions;  // in scope visitor all that it sees, the oldest first; else the session alone

  const ledger::Window& window() const { return sessions.size() > 1 ? *known.merged : sessions.front()->window; }
};

// As `find` has it (known.h), or as of this commit so far. Fault: something could not be read.
Result<Sight> sight_of(const decision::FindSession& find, const commit::Sessions& digests,
                       const ledger::SessionPtr& session, bool visitor, decision::Wanted wanted, Instant now);
Result<Sight> sight_of(commit::Draft& draft, const ledger::SessionPtr& session, bool visitor, decision::Wanted wanted);

// Whether the anchor is a signal of this window. Versions alone do not tell: they are of a session.
bool has(const ledger::Window& window, const rules::Anchor& anchor);

std::uint64_t same_of(const rules::Anchor& anchor);  // as in Timer

struct Wait {
  rules::Anchor anchor;
  Instant due{};               // of the anchor, or, if it was due as it arrived, HandleSettings::due_grace behind that
  ledger::SessionPtr session;  // that the anchor is in

  std::uint64_t same() const { return same_of(anchor); }
};

// What the rule waits for: at most one, or, by value, one for each. None where there is no anchor, what was missed has
// come, the anchor is done, or it arrived before the rule was live.
using IsDone = std::function<bool(const ledger::Session&, const rules::Anchor&)>;
std::vector<Wait> waits_of(const commit::Tenant& tenant, const rules::Delayed& delayed, const Sight& sight, Instant now,
                           const IsDone& is_done);
std::vector<Wait> waits_of(commit::Draft& draft, const commit::Tenant& tenant, const rules::Delayed& delayed,
                           const Sight& sight);
// The one of a value, or of a rule that has none; std::nullopt: it is not among them.
std::optional<Wait> wait_for(std::vector<Wait> waits, std::uint64_t same);

// Why timers are looked at.
enum class Cause : std::uint8_t {
  kSignals,  // some came, or a timer was due too early
  kClock,    // the visitor's is another
  kCompany,  // sessions joined the visitor or left. That sends nothing: a wait that is over keeps its timer, or has
             // none
};

// Sets, moves or cancels the rule's timers: at most one among the sessions that it sees, or one for each value, where
// its anchor is. `came`: the signals of kSignals; timers of other values than these have stay as they are.
void set_timers(commit::Draft& draft, const commit::Tenant& tenant, const rules::Delayed& delayed, const Sight& sight,
                Cause cause, std::span<const ledger::Signal> came = {});

const rules::Delayed* find_delayed(const rules::RuleSet& rules, std::string_view rule);  // null: it is not live

}  // namespace beckon::delayed
