#include "hindsight/trial.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace beckon::hindsight {

using ledger::SessionDigest;
using ledger::SessionPtr;
using ledger::Spend;
using rules::Delayed;
using rules::Hold;
using rules::Outcome;

namespace {

const std::vector<Spend> kNone;

void insert(std::vector<Spend>& spends, const Spend& spend) {
  spends.insert(std::ranges::upper_bound(spends, spend.at, {}, &Spend::at), spend);
  if (spends.size() > ledger::kSpendsKept) spends.erase(spends.begin());
}

delayed::Sight sight_of(const Playback& then, const SessionPtr& session, bool visitor, decision::Wanted wanted,
                        Instant now) {
  auto sight = delayed::sight_of(finder(then), then.digests(), session, visitor, wanted, now);
  CHECK(sight.has_value());  // nothing is read from a disk
  return std::move(*sight);
}

}  // namespace

void add(RuleCounts& all, RuleCounts more) {
  for (auto& [rule, count] : more) {
    RuleCount& sum = all[rule];
    sum.acted += count.acted;
    sum.suppressed += count.suppressed;
    sum.held_out += count.held_out;
    for (const auto& [variant, times] : count.variants) sum.variants[variant] += times;
    sum.sessions.merge(count.sessions);
  }
}

SessionDigest Trial::digest_of(const ledger::Session& session) const {
  return then_.digests().digest(session.handle.view(), session.id.view());
}

const std::vector<Spend>& Trial::spends_of(const SessionDigest& digest) const {
  const auto found = spends_.find(digest);
  return found == spends_.end() ? kNone : found->second;
}

rules::Facts Trial::facts(const decision::Known& known, const AskedAt& asked) {
  rules::Facts facts = known.facts(asked.context, asked.id, asked.at, *tenant_);
  const auto& own = spends_of(asked.digest);
  facts.session_spends = facts.unit_spends = own;
  const VisitorId& visitor = known.whose();
  if (visitor.empty()) return facts;
  const auto digest_of_id = [&](const VisitorId& id) {
    return then_.digests().digest(tenant_->handle.view(), ledger::own_record(id.view()).view());
  };
  const auto& all = spends_of(digest_of_id(visitor));
  facts.unit_spends = all;
  if (known.said.empty() && known.others.empty()) return facts;
  both_ = all;
  // The visitor's ids: `gather` has found the record of this one, or of its name, among them.
  for (const SessionPtr& record : known.records())
    if (const VisitorId id{commit::id_of(*record)}; id != visitor)
      decision::add_spends(both_, spends_of(digest_of_id(id)));
  if (known.joins_alone()) decision::add_spends(both_, own);
  facts.unit_spends = both_;
  return facts;
}

rules::Verdict Trial::ask(const AskedAt& asked) {
  decision::Known known = asked.known;
  const decision::Wanted wanted = decision::wanted_by(*tenant_->rules, asked.trigger);
  gather(then_, tenant_->handle, asked.digest, wanted, asked.at, known);
  const rules::Verdict verdict = tenant_->rules->judge(asked.trigger, facts(known, asked));
  count(verdict, asked.digest);
  // As of the record: the session may have begun, or been named, after the evaluation.
  const SessionPtr session = then_.find(asked.digest);
  const bool alive = session && session->expires_at > asked.spent_at;
  spend(verdict, alive ? session->visitor : VisitorId{}, asked.digest, asked.spent_at);
  return verdict;
}

void Trial::keep(const Spend& spend, const VisitorId& visitor, const SessionDigest& digest) {
  insert(spends_[digest], spend);
  if (!visitor.empty())
    insert(spends_[then_.digests().digest(tenant_->handle.view(), ledger::own_record(visitor.view()).view())], spend);
}

// A visitor first named in this request joins after it, and brings the session's exposures.
void Trial::spend(const rules::Verdict& verdict, const VisitorId& visitor, const SessionDigest& digest, Instant at) {
  const auto take = [&](std::uint64_t key) {
    if (key != 0) keep({.key = key, .at = at, .session = digest.low}, visitor, digest);
  };
  take(verdict.spends);
  take(verdict.arm);
  take(verdict.mark);
  for (const rules::Beside& beside : verdict.beside) take(beside.spends), take(beside.arm), take(beside.mark);
}

void Trial::count(const rules::Verdict& verdict, const SessionDigest& digest) {
  const auto add = [&](std::string_view rule, std::string_view variant, Outcome outcome) {
    auto found = counts_.find(rule);
    if (found == counts_.end()) found = counts_.emplace(std::string(rule), RuleCount{}).first;
    RuleCount& counted = found->second;
    if (outcome == Outcome::kSuppressed) return void(++counted.suppressed);
    if (outcome == Outcome::kHoldout) return void(++counted.held_out);
    ++counted.acted;
    counted.sessions.insert(digest);
    if (!variant.empty()) ++counted.variants[std::string(variant)];
  };
  if ((verdict.outcome == Outcome::kAct || verdict.outcome == Outcome::kHoldout) && !verdict.forced)
    add(verdict.rule, verdict.variant, verdict.outcome);
  if (verdict.outcome == Outcome::kSuppressed && verdict.beside.empty()) add(verdict.rule, "", verdict.outcome);
  for (const rules::Beside& beside : verdict.beside) add(beside.rule, beside.variant, beside.outcome);
}

std::vector<const Delayed*> Trial::fed_by(std::span<const ledger::Signal> signals) const {
  std::vector<const Delayed*> fed;
  for (const Delayed& delayed : tenant_->rules->delayed())
    if (std::ranges::any_of(signals,
                            [&](const ledger::Signal& signal) { return tenant_->rules->feeds(delayed, signal); }))
      fed.push_back(&delayed);
  return fed;
}

void Trial::wait(const SessionPtr& session, std::span<const Delayed* const> fed, Instant now) {
  for (const Delayed* delayed : fed)
    look(*delayed, sight_of(then_, session, delayed->visitor, {.rules = tenant_->rules.get()}, now),
         delayed::Cause::kSignals, now);
}

std::vector<delayed::Wait> Trial::waits_of(const Delayed& delayed, const delayed::Sight& sight, Instant now) const {
  return delayed::waits_of(
      *tenant_, delayed, sight, now, [&](const ledger::Session& session, const rules::Anchor& anchor) {
        const auto done = done_.find({digest_of(session), delayed.index, delayed::same_of(anchor)});
        return done != done_.end() && done->second == anchor.version;
      });
}

// At most one timer for each value among the visible sessions: where its anchor is.
void Trial::look(const Delayed& delayed, const delayed::Sight& sight, delayed::Cause cause, Instant now) {
  const auto waits = waits_of(delayed, sight, now);
  for (const SessionPtr& session : sight.sessions) {
    const SessionDigest digest = digest_of(*session);
    std::map<Place, Timer> before;
    for (auto timer = timers_.lower_bound({digest, delayed.index, 0});
         timer != timers_.end() && std::get<0>(timer->first) == digest && std::get<1>(timer->first) == delayed.index;) {
      queue_.erase({timer->second.at, timer->first});
      before.insert(*timer);
      timer = timers_.erase(timer);
    }
    for (const delayed::Wait& wait : waits) {
      if (wait.session != session) continue;
      const Place place{digest, delayed.index, wait.same()};
      if (cause != delayed::Cause::kCompany || wait.due > now)
        set(place, Timer{std::max(wait.due, now)});
      else if (const auto kept = before.find(place); kept != before.end())
        set(place, kept->second);
    }
  }
}

void Trial::set(const Place& place, std::optional<Timer> timer) {
  if (const auto before = timers_.find(place); before != timers_.end()) {
    queue_.erase({before->second.at, place});
    timers_.erase(before);
  }
  if (!timer) return;
  timers_.emplace(place, *timer);
  queue_.emplace(timer->at, place);
}

void Trial::joined(const SessionPtr& session, const SessionDigest& digest, const SessionDigest& own, Instant now) {
  for (const Spend& spend : spends_of(digest)) insert(spends_[own], spend);
  if (!session) return;
  for (const Delayed& delayed : tenant_->rules->delayed())
    if (delayed.visitor)
      look(delayed, sight_of(then_, session, true, {.rules = tenant_->rules.get()}, now), delayed::Cause::kCompany,
           now);
}

void Trial::regrouped(const VisitorId& id, Instant now) {
  const auto all = tenant_->rules->delayed();
  if (std::ranges::none_of(all, &Delayed::visitor)) return;
  const commit::VisitorReader reader(finder(then_), then_.digests(), tenant_->handle, now);
  const auto session = reader.any_session(id);
  CHECK(session.has_value());  // nothing is read from a disk
  if (!*session) return;
  for (const Delayed& delayed : all)
    if (delayed.visitor)
      look(delayed, sight_of(then_, *session, true, {.rules = tenant_->rules.get()}, now), delayed::Cause::kCompany,
           now);
}

void Trial::left(const SessionDigest& own, std::uint64_t session) {
  const auto found = spends_.find(own);
  if (found != spends_.end())
    std::erase_if(found->second, [&](const Spend& spend) { return spend.session == session; });
}

void Trial::forget(const SessionDigest& digest) {
  spends_.erase(digest);
  const Place first{digest, 0, 0};
  const auto is_of_it = [&](const Place& place) { return std::get<0>(place) == digest; };
  for (auto done = done_.lower_bound(first); done != done_.end() && is_of_it(done->first);) done = done_.erase(done);
  for (auto timer = timers_.lower_bound(first); timer != timers_.end() && is_of_it(timer->first);) {
    queue_.erase({timer->second.at, timer->first});
    timer = timers_.erase(timer);
  }
}

void Trial::enter(std::span<const SessionDigest> sessions) {
  if (waiting_.empty()) return;
  for (const SessionDigest& session : sessions)
    for (auto timer = timers_.lower_bound({session, 0, 0});
         timer != timers_.end() && std::get<0>(timer->first) == session; ++timer)
      queue_.insert(waiting_.extract({timer->second.at, timer->first}));
}

void Trial::rewind() {
  if (waiting_.empty()) waiting_.swap(played_);
  waiting_.merge(played_);
}

void Trial::give(const SessionDigest& digest, Trial& to) {
  to.spends_.insert(spends_.extract(digest));
  const Place first{digest, 0, 0};
  const auto is_of_it = [&](const Place& place) { return std::get<0>(place) == digest; };
  for (auto done = done_.lower_bound(first); done != done_.end() && is_of_it(done->first);)
    to.done_.insert(done_.extract(done++));
  for (auto timer = timers_.lower_bound(first); timer != timers_.end() && is_of_it(timer->first);) {
    to.waiting_.insert(waiting_.extract({timer->second.at, timer->first}));
    to.timers_.insert(timers_.extract(timer++));
  }
}

void Trial::fire(Instant until, const std::function<void(const FiredAt&)>& fired) {
  while (!queue_.empty() && queue_.begin()->first <= until) {
    const Place place = queue_.begin()->second;
    const Timer timer = timers_.at(place);
    set(place, std::nullopt);
    fire(place, timer, fired);
  }
}

// Its anchor arrived when its message was no longer worth sending.
bool Trial::is_overdue(const Delayed& delayed, const delayed::Sight& sight, Instant due, AskedAt asked) {
  const Instant now = std::exchange(asked.at, due);
  if (now < due + delayed.ttl) return false;
  const auto then = tenant_->rules->judge_due(delayed, facts(sight.known, asked));
  return then.hold != Hold::kClosed || then.opens_at == Instant::max() || then.opens_at + delayed.ttl <= now;
}

void Trial::fire(const Place& place, const Timer& timer, const std::function<void(const FiredAt&)>& fired) {
  const Instant now = timer.at;
  const auto all = tenant_->rules->delayed();
  const auto& [digest, index, same] = place;
  const auto delayed = std::ranges::find(all, index, &Delayed::index);
  const SessionPtr session = then_.find(digest);
  if (!session || session->expires_at <= now) return;
  const delayed::Sight sight =
      sight_of(then_, session, delayed->visitor, decision::wanted_when_due(*tenant_->rules), now);
  const auto wait = wait_for(waits_of(*delayed, sight, now), same);
  if (!wait || wait->session != session || wait->due > now) return look(*delayed, sight, delayed::Cause::kSignals, now);
  decision::Known known = sight.known;
  known.tells_sensitive = true;
  known.same = wait->anchor.same;
  const AskedAt asked{.known = known,
                      .id = session->id,
                      .digest = digest,
                      .context = session->context,
                      .trigger = kDueTrigger,
                      .at = now,
                      .spent_at = now};
  const auto due = tenant_->rules->judge_due(*delayed, facts(known, asked));
  const bool overdue = !timer.put_off && is_overdue(*delayed, sight, wait->anchor.due, asked);
  if (!overdue && due.hold == Hold::kClosed && due.opens_at != Instant::max())
    return set(place, Timer{std::max(due.opens_at, now + Duration{1}), true});
  done_[place] = wait->anchor.version;
  if (overdue || due.verdict.outcome == Outcome::kNone) return;
  count(due.verdict, digest);
  spend(due.verdict, session->visitor, digest, now);
  fired({.delayed = *delayed,
         .session = *session,
         .digest = digest,
         .anchor = wait->anchor.version,
         .verdict = due.verdict,
         .at = now});
}

}  // namespace beckon::hindsight
