#include "hindsight/lane.h"

#include <algorithm>
#include <utility>

namespace beckon::hindsight {

using ledger::SessionDigest;
using ledger::SessionPtr;

namespace {

// A session that begins, or gets its visitor, with a decision. Exposures are the trials' own.
ledger::AppendRecord without_decision(const ledger::DecisionRecord& record, const ledger::Session* before) {
  ledger::AppendRecord append{
      .handle = record.handle, .session = record.session, .fresh = !before, .received = record.at};
  append.expires_at = before ? before->expires_at : record.expires_at;
  append.consent = before ? before->consent : record.basic ? ledger::Consent::kBasic : ledger::Consent::kFull;
  append.visitor = record.visitor;
  return append;
}

}  // namespace

Lane::Lane(const commit::Sessions& digests, const WhatIfRequest& request, commit::TenantPtr tried,
           commit::TenantPtr live)
    : request_(request),
      reads_more_(live->rules->covers(*tried->rules) ? nullptr : tried->rules),
      then_(digests),
      tried_(std::move(tried), then_),
      live_(std::move(live), then_),
      differences_(request.examples) {}

void Lane::play(const Stretch& stretch, const Groups& groups, std::size_t number, const std::atomic<bool>& cancelled) {
  settle_last(groups);
  std::optional<Pending> last;  // of one group at most: the others have gone on to a later step
  for (const Stretch::Run& run : stretch.runs) {
    if (run.group.lane != number) continue;
    enter(groups, run.group.name);
    next_step_ = stretch.first_step();
    for (std::uint32_t index = run.first; index != Stretch::kNone; index = stretch.entries[index].next) {
      const Stretch::Entry& entry = stretch.entries[index];
      if (cancelled) return;
      const Stretch::Entry* next = entry.next == Stretch::kNone ? nullptr : &stretch.entries[entry.next];
      if (next) __builtin_prefetch(next);  // far from this one
      advance(stretch, entry.step);
      next_step_ = entry.step + 1;
      if (next) __builtin_prefetch(stretch.bytes(*next).data());
      if (const auto record = ledger::decode_record(stretch.bytes(entry))) see(entry, *record);
    }
    advance(stretch, stretch.last_step());
    leave();
    if (pending_) last = std::exchange(pending_, std::nullopt);
  }
  enter_rest();
  next_step_ = stretch.first_step();
  advance(stretch, stretch.last_step());
  leave();
  rewind();
  pending_ = std::move(last);
}

void Lane::finish(const Groups& groups, std::uint64_t last_step) {
  settle_last(groups);
  enter_rest();
  fire(last_step + 1, request_.until - Duration{1});
}

void Lane::settle_last(const Groups& groups) {
  if (!pending_) return;
  enter(groups, pending_->digest);
  settle();
  leave();
  rewind();
}

void Lane::enter(const Groups& groups, const SessionDigest& digest) {
  when_ = {};
  if (tried_.has_timers() || live_.has_timers()) groups.members(digest, members_);
  tried_.enter(members_);
  live_.enter(members_);
}

void Lane::enter_rest() {
  when_ = {};
  tried_.enter_rest();
  live_.enter_rest();
}

void Lane::leave() {
  tried_.leave();
  live_.leave();
}

void Lane::rewind() {
  tried_.rewind();
  live_.rewind();
}

// Up to the record of the step `to`, exclusive.
void Lane::advance(const Stretch& stretch, std::uint64_t to) {
  if (pending_ && pending_->step < to) settle();
  while (const Stretch::Entry* entry = stretch.when(std::min(tried_.due(), live_.due()), next_step_)) {
    if (entry->step > to) return;
    fire(entry->step, entry->time);
  }
}

void Lane::settle() {
  const Pending came = *std::exchange(pending_, std::nullopt);
  when_ = std::max(when_, {.step = came.step + 1, .phase = PlayedAt::Phase::kSettles});
  const SessionPtr session = then_.find(came.digest);
  if (!session) return;
  tried_.wait(session, came.tried, came.at);
  live_.wait(session, came.live, came.at);
  for (const WhatIfRequest::Ask* one : came.asks) ask(*one, session, came);
}

void Lane::fire(std::uint64_t step, Instant until) {
  const auto fire = [&](Trial& trial, bool tried) {
    trial.fire(until, [&](const FiredAt& fired) {
      within_.insert(fired.digest);
      when_ = std::max(when_, {.step = step,
                               .phase = tried ? PlayedAt::Phase::kTriedFires : PlayedAt::Phase::kLiveFires,
                               .at = fired.at,
                               .digest = fired.digest});
      differences_.told(when_, tried, fired);
    });
  };
  fire(tried_, true);
  fire(live_, false);
}

void Lane::see(const Stretch::Entry& entry, const ledger::Record& record) {
  when_ = std::max(when_, {.step = entry.step, .phase = PlayedAt::Phase::kTakes});
  std::visit(
      [&](const auto& one) {
        if constexpr (requires { take(entry, one); }) take(entry, one);
      },
      record);
  if (std::holds_alternative<ledger::TraitsRecord>(record)) then_.take(entry.digest, record);
  if (!std::holds_alternative<ledger::ForgetRecord>(record)) return;
  then_.forget(entry.digest);
  tried_.forget(entry.digest);
  live_.forget(entry.digest);
}

void Lane::is_within(const SessionDigest& digest) {
  if (latest_within_ == digest) return;
  within_.insert(digest);
  latest_within_ = digest;
}

void Lane::take(const Stretch::Entry& entry, const ledger::AppendRecord& append) {
  const SessionDigest& digest = entry.digest;
  if (append.fresh || !then_.find(digest)) {
    tried_.forget(digest);
    live_.forget(digest);
  }
  if (!reads_more_) {
    then_.take(digest, append);
  } else {
    ledger::AppendRecord read = append;
    for (ledger::Signal& signal : read.signals) signal.is_read = signal.is_read || reads_more_->reads(signal.key);
    then_.take(digest, read);
  }
  result_.signals += static_cast<std::int64_t>(append.signals.size());
  if (append.signals.empty() || append.received < request_.since) return;
  is_within(digest);
  pending_ = Pending{.digest = digest,
                     .step = entry.step,
                     .at = append.received,
                     .tried = tried_.fed_by(append.signals),
                     .live = live_.fed_by(append.signals),
                     .asks = {}};
  for (const WhatIfRequest::Ask& ask : request_.asks)
    if (std::ranges::any_of(append.signals, [&](const ledger::Signal& signal) { return ask.on.fits(signal); }))
      pending_->asks.push_back(&ask);
}

void Lane::take(const Stretch::Entry& entry, const ledger::FilledRecord& filled) { then_.take(entry.digest, filled); }

void Lane::take(const Stretch::Entry& entry, const ledger::DecisionRecord& decision) {
  const SessionDigest& digest = entry.digest;
  if (decision.at >= request_.since) is_within(digest);
  ask(digest, decision);
  const SessionPtr before = then_.find(digest);
  const bool alive = before && before->expires_at > decision.at;
  if (!alive || ledger::takes(before->visitor.view(), decision.visitor))
    then_.take(digest, without_decision(decision, alive ? before.get() : nullptr));
}

void Lane::take(const Stretch::Entry& entry, const ledger::VisitorRecord& visit) {
  ledger::VisitorRecord record = visit;
  record.spends.clear();
  then_.take(entry.digest, record);
  for (Trial* trial : {&tried_, &live_}) {
    if (visit.session.empty())
      trial->left(visit.own, visit.of.low);
    else if (visit.joined)
      trial->joined(then_.find(visit.of), visit.of, visit.own, entry.now);
  }
}

void Lane::take(const Stretch::Entry& entry, const ledger::IdentityRecord& identity) {
  then_.take(entry.digest, identity);
  for (Trial* trial : {&tried_, &live_}) trial->regrouped(VisitorId{identity.visitor}, entry.now);
}

// To a recorded decision: nobody knows how the visitor would have reacted to a trial's.
void Lane::take(const Stretch::Entry& entry, const ledger::MarkRecord& reaction) {
  const SessionPtr session = then_.find(entry.digest);
  for (Trial* trial : {&tried_, &live_})
    trial->keep(reaction.mark, session ? session->visitor : VisitorId{}, entry.digest);
}

// Delayed rules are evaluated without requests.
void Lane::ask(const SessionDigest& digest, const ledger::DecisionRecord& decision) {
  const auto past = ledger::past_decision(decision.past);
  if (!past || past->at < request_.since || past->trigger == kDueTrigger) return;
  decision::Known known{.session = then_.find(digest)};
  known.public_only = past->public_only;
  known.declared = request_.tenant->traits;
  if (known.session && known.session->expires_at <= past->at) known.session = nullptr;
  known.session = decision.seen ? decision::at_version(known.session, past->session_version) : nullptr;
  name(then_, request_.tenant->handle, request_.tenant->settings, VisitorId{decision.visitor}, decision.anonymous,
       past->at, known);
  const SessionId id{decision.session};
  static const ledger::Context kNone;
  const ledger::Context& own = known.session ? known.session->context : kNone;
  const ledger::Context context = ledger::merge(own, decision.context);
  const Instant spent_at = !past->shown ? past->at : decision.spends.empty() ? decision.at : decision.spends.front().at;
  ask({.known = known,
       .id = id,
       .digest = digest,
       .context = context,
       .trigger = past->trigger,
       .at = past->at,
       .spent_at = spent_at});
}

void Lane::ask(const WhatIfRequest::Ask& one, const SessionPtr& session, const Pending& came) {
  const decision::Known known{.session = session};
  ask({.known = known,
       .id = session->id,
       .digest = came.digest,
       .context = session->context,
       .trigger = one.trigger,
       .at = came.at,
       .spent_at = came.at});
}

void Lane::ask(const AskedAt& asked) {
  ++result_.asked;
  const auto count = asked_.find(asked.trigger);
  count == asked_.end() ? void(asked_.emplace(std::string(asked.trigger), 1)) : void(++count->second);
  const rules::Verdict was = live_.ask(asked), would_be = tried_.ask(asked);
  differences_.answered(when_, asked, was, would_be);
}

void Lane::give(const SessionDigest& digest, Lane& to) {
  then_.give(digest, to.then_);
  tried_.give(digest, to.tried_);
  live_.give(digest, to.live_);
  differences_.give(digest, to.differences_);
  if (pending_ && pending_->digest == digest) to.pending_ = std::exchange(pending_, std::nullopt);
}

void Lane::add(Lane& more) {
  hindsight::add(tried_.counts(), std::move(more.tried_.counts()));
  differences_.add(std::move(more.differences_));
  for (const auto& [trigger, times] : more.asked_) asked_[trigger] += times;
  within_.merge(more.within_);
  result_.signals += more.result_.signals;
  result_.asked += more.result_.asked;
}

WhatIf Lane::result() {
  differences_.finish(result_);
  result_.sessions = static_cast<std::int64_t>(within_.size());
  result_.rules = rules_that_were_tried(request_.tried, tried_.counts(), asked_);
  return std::move(result_);
}

}  // namespace beckon::hindsight
