#include "hindsight/lookback.h"

#include <algorithm>
#include <unordered_set>

namespace beckon::hindsight {
namespace {

using ledger::SessionDigest;
using ledger::SessionPtr;

constexpr std::size_t kStates = 16;  // the newest are kept

struct Begins {
  Instant at{};
  bool fresh = false;  // nothing existed before it
  SessionId session;
};

Begins begins(const ledger::Record& record) {
  if (const auto* append = std::get_if<ledger::AppendRecord>(&record))
    return {append->received, append->fresh, SessionId{append->session}};
  if (const auto* decision = std::get_if<ledger::DecisionRecord>(&record))
    return {decision->at, !decision->seen, SessionId{decision->session}};
  if (const auto* visit = std::get_if<ledger::VisitorRecord>(&record))
    return {visit->at, visit->fresh, ledger::own_record(visit->visitor)};
  if (const auto* identity = std::get_if<ledger::IdentityRecord>(&record))
    return {identity->at, identity->fresh, ledger::own_record(identity->visitor)};
  if (const auto* traits = std::get_if<ledger::TraitsRecord>(&record))
    return {traits->at, traits->fresh, ledger::own_record(traits->visitor)};
  return {.fresh = true};
}

// What is left of a session as it was before an instant.
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
  using Digests = std::unordered_set<SessionDigest>;

  Walk(ledger::Ledger& ledger, commit::Sessions& sessions, const Moment& moment, const commit::HandleSettings& settings,
       decision::Wanted wanted)
      : ledger_(ledger), sessions_(sessions), moment_(moment), settings_(settings), wanted_(wanted), then_(sessions) {}

  // In addition to the session's own records: the own records of ids, and the records of other sessions.
  Result<void> run(const Digests& own, const Digests& others) {
    const auto from = own.empty() ? beginning() : Result<ledger::Position>{0};
    if (!from) return unexpected(from.error());
    const auto wants = [&](const ledger::JournalReader::Item& item) {
      return item.digest == moment_.digest || others.contains(item.digest) || own.contains(item.digest) ||
             (!own.empty() && item.is_of_visitor());
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
               const SessionDigest whose = visit ? visit->own : digest;
               const bool of_id = visit || std::holds_alternative<ledger::IdentityRecord>(record) ||
                                  std::holds_alternative<ledger::TraitsRecord>(record);
               if (of_id && !own.contains(whose)) return true;
               take(whose, digest, record);
               changed = true;
               return true;
             });
    return walked;
  }

  SessionPtr of(const SessionDigest& digest) const { return then_.find(digest); }
  LookedBack looked() && {
    const SessionPtr session = of(moment_.digest);
    return {.states = std::move(states_),
            .visitor = session ? session->visitor : VisitorId{},
            .own = {},
            .lacking = std::move(lacking_)};
  }

 private:
  // For a session that still exists, from its first signal on; otherwise from the beginning.
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

  // Saves the state that an evaluation would see now, if it has the evaluated version.
  void see() {
    decision::Known known{.session = then_.find(moment_.digest)};
    known.public_only = moment_.past.public_only;
    if (moment_.declared) known.declared = moment_.declared;
    if (known.session && known.session->expires_at <= moment_.past.at) known.session = nullptr;
    if ((known.session ? known.session->version : 0) != moment_.past.session_version) return;
    name(then_, moment_.handle, settings_, moment_.visitor, moment_.anonymous, moment_.past.at, known);
    gather(then_, moment_.handle, moment_.digest, wanted_, moment_.past.at, known);
    if (states_.size() == kStates) states_.erase(states_.begin());
    states_.push_back(std::move(known));
  }

  ledger::Ledger& ledger_;
  commit::Sessions& sessions_;
  const Moment& moment_;
  const commit::HandleSettings& settings_;
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

// The first walk finds the session's visitor, the next ones the visitor's ids, each of which may reveal more, and the
// last their sessions; most decisions need only the first.
Result<LookedBack> look_back(ledger::Ledger& ledger, commit::Sessions& sessions, const Moment& moment,
                             const commit::HandleSettings& settings, decision::Wanted wanted) {
  Walk alone(ledger, sessions, moment, settings, {.counters = wanted.counters});
  if (const auto walked = alone.run({}, {}); !walked) return unexpected(walked.error());
  LookedBack looked = std::move(alone).looked();
  const VisitorId visitor = visitor_of(moment, looked);
  if ((visitor.empty() && moment.anonymous.empty()) || !wanted.anything()) return looked;

  Walk::Digests own, others;
  const auto add_one = [&](const VisitorId& id) {
    own.insert(sessions.digest(moment.handle.view(), ledger::own_record(id.view()).view()));
  };
  const auto add_shares = [&](std::string_view anonymous, std::uint32_t newest) {
    for (std::uint32_t i = 0; i < std::min(newest, commit::kSharesClaimed); ++i)
      add_one(ledger::share_id(anonymous, newest - i));
  };
  // For a browser's share, also the browser's record, which names its other shares.
  const auto add = [&](const VisitorId& id) {
    if (id.empty()) return;
    add_one(id);
    if (!ledger::is_browser(id.view())) return;
    add_one(ledger::browser_id(ledger::anonymous_of(id.view())));
    add_shares(ledger::anonymous_of(id.view()), 1);
  };
  add(visitor);
  if (!moment.anonymous.empty()) add(ledger::browser_id(moment.anonymous));
  for (const decision::Known& state : looked.states)
    if (state.session) add(state.session->visitor);
  for (std::size_t known = 0; known != own.size();) {
    known = own.size();
    Walk with_visitor(ledger, sessions, moment, settings,
                      {.spends = true, .traits = wanted.traits, .counters = wanted.counters});
    if (const auto walked = with_visitor.run(own, {}); !walked) return unexpected(walked.error());
    for (const SessionDigest& digest : Walk::Digests(own)) {
      const SessionPtr record = with_visitor.of(digest);
      if (!record) continue;
      for (const ledger::Joined& joined : record->sessions) others.insert(joined.digest);
      if (!record->identity) continue;
      add(record->identity->owner);
      add(record->identity->said);
      for (const ledger::Member& member : record->identity->members) add(member.id);
      if (record->identity->share > 0)
        add_shares(ledger::anonymous_of(commit::id_of(*record)), record->identity->share);
    }
    if (known == own.size() && !wanted.visitor) {
      looked = std::move(with_visitor).looked();
      looked.own = std::move(own);
      return looked;
    }
  }
  Walk with_all(ledger, sessions, moment, settings, wanted);
  if (const auto walked = with_all.run(own, others); !walked) return unexpected(walked.error());
  looked = std::move(with_all).looked();
  looked.own = std::move(own);
  return looked;
}

Result<std::string> withdrawn_since(ledger::Ledger& ledger, commit::Sessions& sessions, const Moment& moment,
                                    const std::unordered_set<SessionDigest>& own) {
  const auto session = sessions.find(moment.handle, moment.session, moment.digest);
  if (!session) return unexpected(session.error());
  if (*session && (*session)->consent == ledger::Consent::kBasic)
    return "the session's metadata and visitor were removed when its consent became basic";
  if (own.empty()) return "";
  const auto from = ledger.position_before(moment.past.at);
  if (!from) return unexpected(from.error());
  std::string left;
  std::unordered_set<SessionDigest> moved;  // to another visitor, and perhaps erased there
  const auto wants = [&](const ledger::JournalReader::Item& item) {
    return own.contains(item.digest) || moved.contains(item.digest);
  };
  const auto walked = walk(ledger, *from, moment.handle, wants,
                           [&](const JournalRow& row, const SessionDigest& digest, const ledger::Record& record) {
                             const auto* visit = std::get_if<ledger::VisitorRecord>(&record);
                             if (visit && visit->moved) return moved.insert(visit->of), true;
                             const bool erased = moved.contains(digest)
                                                     ? std::holds_alternative<ledger::ForgetRecord>(record)
                                                     : !std::holds_alternative<ledger::IdentityRecord>(record) &&
                                                           !std::holds_alternative<ledger::TraitsRecord>(record);
                             if (!erased) return true;
                             left = "a session of the visitor was erased at " + to_rfc3339(row.at) +
                                    ", or is no longer linked to the visitor";
                             return false;
                           });
  return walked ? Result<std::string>{left} : unexpected(walked.error());
}

}  // namespace beckon::hindsight
