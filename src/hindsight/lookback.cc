#include "hindsight/lookback.h"

#include <algorithm>
#include <unordered_set>

namespace beckon::hindsight {
namespace {

using ledger::SessionDigest;
using ledger::SessionPtr;

constexpr std::size_t kStates = 16;  // kept: the newest

struct Begins {
  Instant at{};
  bool fresh = false;  // nothing was known before it
  SessionId session;
};

Begins begins(const ledger::Record& record) {
  if (const auto* append = std::get_if<ledger::AppendRecord>(&record))
    return {append->received, append->fresh, SessionId{append->session}};
  if (const auto* decision = std::get_if<ledger::DecisionRecord>(&record))
    return {decision->at, !decision->seen, SessionId{decision->session}};
  if (const auto* visit = std::get_if<ledger::VisitorRecord>(&record))
    return {visit->at, visit->fresh, ledger::own_record(visit->visitor)};
  return {.fresh = true};
}

// As much as is left of how a session stood before an instant.
SessionPtr as_before(const ledger::Session& now, Instant at) {
  auto then = std::make_shared<ledger::Session>(now);
  std::vector<ledger::Signal> signals;
  then->version = 0;
  for (std::size_t i = 0; i < now.window.size(); ++i) {
    const ledger::Signal signal = now.window[i];
    if (signal.received >= at) continue;
    signals.push_back(signal);
    then->version = std::max(then->version, signal.version);
  }
  std::size_t evicted = 0;
  then->window = ledger::Window{}.with(signals, evicted);
  std::erase_if(then->spends, [&](const ledger::Spend& spend) { return spend.at >= at; });
  then->decisions = {};
  return then;
}

// One walk through the journal up to the moment. Confined to look_back.
class Walk {
 public:
  Walk(ledger::Ledger& ledger, commit::Sessions& sessions, const Moment& moment, decision::Wanted wanted)
      : ledger_(ledger), sessions_(sessions), moment_(moment), wanted_(wanted), then_(sessions) {}

  // Beside the session's own records: those of a visitor's own record, and of other sessions.
  Result<void> run(const std::optional<SessionDigest>& own, const std::unordered_set<SessionDigest>& others) {
    const auto from = own ? Result<ledger::Position>{0} : beginning();
    if (!from) return unexpected(from.error());
    const auto wants = [&](const ledger::JournalReader::Item& item) {
      return item.digest == moment_.digest || others.contains(item.digest) || (own && item.is_visit());
    };
    JournalRow last;
    bool changed = true;
    const auto walked =
        walk(ledger_, *from, moment_.handle, wants,
             [&](const JournalRow& row, const SessionDigest& digest, const ledger::Record& record) {
               if (row.position != last.position && std::exchange(changed, false) && last.at <= moment_.past.at) see();
               last = row;
               if (is_the_decision(record)) return see(), false;
               const auto* visit = std::get_if<ledger::VisitorRecord>(&record);
               if (visit && (!own || visit->own != *own)) return true;
               take(visit ? visit->own : digest, digest, record);
               changed = true;
               return true;
             });
    return walked;
  }

  SessionPtr of(const SessionDigest& digest) const { return then_.find(digest); }
  LookedBack looked() && {
    const SessionPtr session = of(moment_.digest);
    return {std::move(states_), session ? session->visitor : VisitorId{}, std::move(lacking_)};
  }

 private:
  // Of a session that is known still, from its first signal on; else all that there is.
  Result<ledger::Position> beginning() const {
    const auto now = sessions_.find(moment_.handle, moment_.session, moment_.digest);
    if (!now || !*now || (*now)->created > moment_.past.at) return 0;
    return ledger_.position_before((*now)->created - kClockSlack);
  }

  bool is_the_decision(const ledger::Record& record) const {
    const auto* decision = std::get_if<ledger::DecisionRecord>(&record);
    return decision && ledger::past_id(decision->past) == moment_.past.id;
  }

  void take(const SessionDigest& whose, const SessionDigest& digest, const ledger::Record& record) {
    if (const Begins first = begins(record); !then_.find(whose) && !first.fresh) {
      lacking_ = "data from before " + to_rfc3339(first.at) + " is no longer in the journal";
      const auto now = sessions_.find(moment_.handle, first.session, whose);
      if (now && *now && (*now)->created <= first.at) then_.put(whose, as_before(**now, first.at));
    }
    then_.take(digest, record);
  }

  // The state that a judgement of now would see, if it is of the version that was judged.
  void see() {
    decision::Known known{.session = then_.find(moment_.digest), .said = moment_.visitor};
    if (known.session && known.session->expires_at <= moment_.past.at) known.session = nullptr;
    if ((known.session ? known.session->version : 0) != moment_.past.session_version) return;
    if (known.session && !known.session->visitor.empty()) known.said = {};
    gather(then_, moment_.handle, moment_.digest, wanted_, moment_.past.at, known);
    if (states_.size() == kStates) states_.erase(states_.begin());
    states_.push_back(std::move(known));
  }

  ledger::Ledger& ledger_;
  commit::Sessions& sessions_;
  const Moment& moment_;
  const decision::Wanted wanted_;
  Playback then_;
  std::vector<decision::Known> states_;
  std::string lacking_;
};

VisitorId visitor_of(const Moment& moment, const LookedBack& looked) {
  if (!moment.visitor.empty() || looked.states.empty() || !looked.states.back().session) return moment.visitor;
  return looked.states.back().session->visitor;
}

}  // namespace

// Whose session it is shows the first walk, which sessions the visitor has the second; most decisions need only the
// first.
Result<LookedBack> look_back(ledger::Ledger& ledger, commit::Sessions& sessions, const Moment& moment,
                             decision::Wanted wanted) {
  Walk alone(ledger, sessions, moment, {});
  if (const auto walked = alone.run(std::nullopt, {}); !walked) return unexpected(walked.error());
  LookedBack looked = std::move(alone).looked();
  const VisitorId visitor = visitor_of(moment, looked);
  if (visitor.empty() || !wanted.anything()) return looked;

  const SessionDigest own = sessions.digest(moment.handle.view(), ledger::own_record(visitor.view()).view());
  Walk with_visitor(ledger, sessions, moment, {.spends = true});
  if (const auto walked = with_visitor.run(own, {}); !walked) return unexpected(walked.error());
  if (!wanted.visitor) return std::move(with_visitor).looked();

  std::unordered_set<SessionDigest> others;
  if (const SessionPtr record = with_visitor.of(own))
    for (const ledger::Joined& joined : record->sessions) others.insert(joined.digest);
  Walk with_all(ledger, sessions, moment, wanted);
  if (const auto walked = with_all.run(own, others); !walked) return unexpected(walked.error());
  return std::move(with_all).looked();
}

Result<std::string> withdrawn_since(ledger::Ledger& ledger, commit::Sessions& sessions, const Moment& moment,
                                    const VisitorId& visitor) {
  const auto session = sessions.find(moment.handle, moment.session, moment.digest);
  if (!session) return unexpected(session.error());
  if (*session && (*session)->consent == ledger::Consent::kBasic)
    return "the session's metadata and visitor were removed when its consent became basic";
  if (visitor.empty()) return "";
  const SessionDigest own = sessions.digest(moment.handle.view(), ledger::own_record(visitor.view()).view());
  const auto from = ledger.position_before(moment.past.at);
  if (!from) return unexpected(from.error());
  std::string left;
  const auto walked = walk(
      ledger, *from, moment.handle, [&](const ledger::JournalReader::Item& item) { return item.digest == own; },
      [&](const JournalRow& row, const SessionDigest&, const ledger::Record&) {
        left =
            "a session of the visitor was erased at " + to_rfc3339(row.at) + ", or is no longer linked to the visitor";
        return false;
      });
  return walked ? Result<std::string>{left} : unexpected(walked.error());
}

}  // namespace beckon::hindsight
