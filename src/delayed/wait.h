// What a delayed rule sees and waits from, and the timer that stands for it. Committing thread, where a draft is given.
#pragma once
#include <functional>
#include <optional>
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

struct Wait {
  rules::Anchor anchor;
  Instant due{};               // of the anchor, or, if it was due as it arrived, HandleSettings::due_grace behind that
  ledger::SessionPtr session;  // that the anchor is in
};

// std::nullopt if the rule does not wait: there is no anchor, what was missed has come, the anchor is done, or it
// arrived before the rule was live.
using IsDone = std::function<bool(const ledger::Session&, std::uint64_t version)>;
std::optional<Wait> wait_of(const commit::Tenant& tenant, const rules::Delayed& delayed, const Sight& sight,
                            Instant now, const IsDone& is_done);
std::optional<Wait> wait_of(commit::Draft& draft, const commit::Tenant& tenant, const rules::Delayed& delayed,
                            const Sight& sight);

// Why a timer is looked at.
enum class Cause : std::uint8_t {
  kSignals,
  kCompany,  // sessions joined the visitor or left: that sends nothing, so a wait that is over has the timer that it
             // had
};

// Sets, moves or cancels the rule's timer: at most one among the sessions that it sees, where its anchor is.
void set_timer(commit::Draft& draft, const commit::Tenant& tenant, const rules::Delayed& delayed, const Sight& sight,
               Cause cause = Cause::kSignals);

const rules::Delayed* find_delayed(const rules::RuleSet& rules, std::string_view rule);  // null: it is not live

}  // namespace beckon::delayed
