#include "hindsight/what_if.h"

#include <algorithm>
#include <unordered_set>

#include "hindsight/differences.h"
#include "hindsight/what_if_report.h"

namespace beckon::hindsight {
namespace {

using ledger::SessionDigest;
using ledger::SessionPtr;

Fault too_large() {
  return {.code = FaultCode::kConflict,
          .message =
              "The sessions of that time range do not fit into the memory for a simulation; choose a shorter range."};
}

Fault cancelled() { return {.code = FaultCode::kUnavailable, .message = "The simulation was canceled."}; }

// As if all rules had gone live at the beginning of the span.
Result<commit::TenantPtr> live_since(const commit::Tenant& tenant, rules::StoredRules stored, Instant since) {
  for (rules::StoredRule& rule : stored.rules) rule.live_since = since;
  return commit::with_rules(tenant, stored);
}

// A session that begins, or gets its visitor, with a decision. Exposures are the trials' own.
ledger::AppendRecord without_decision(const ledger::DecisionRecord& record, const ledger::Session* before) {
  ledger::AppendRecord append{
      .handle = record.handle, .session = record.session, .fresh = !before, .received = record.at};
  append.expires_at = before ? before->expires_at : record.expires_at;
  append.consent = before ? before->consent : record.basic ? ledger::Consent::kBasic : ledger::Consent::kFull;
  append.visitor = record.visitor;
  return append;
}

class Simulation {
 public:
  Simulation(const commit::Sessions& digests, const WhatIfRequest& request, commit::TenantPtr tried,
             commit::TenantPtr live, std::size_t memory)
      : request_(request),
        memory_(memory),
        then_(digests),
        tried_(std::move(tried), then_),
        live_(std::move(live), then_),
        differences_(request.examples) {}

  Result<WhatIf> run(ledger::Ledger& ledger, WhatIfProgress& progress);

 private:
  bool see(const JournalRow& row, const SessionDigest& digest, const ledger::Record& record);
  void take(const SessionDigest& digest, const ledger::AppendRecord& append);
  void take(const SessionDigest& digest, const ledger::DecisionRecord& decision);
  void take(const SessionDigest& digest, const ledger::VisitorRecord& visit);
  void take(const SessionDigest& digest, const ledger::IdentityRecord& identity);
  void ask(const SessionDigest& digest, const ledger::DecisionRecord& decision);
  void ask(const WhatIfRequest::Ask& ask, const SessionPtr& session, const SessionDigest& digest, Instant now);
  void ask(const AskedAt& asked);
  void settle();
  void fire(Instant until);
  WhatIf result();

  // Stored signals, until their consequences (a visitor's record) are played too.
  struct Pending {
    SessionDigest digest;
    Instant at{};
    std::vector<const rules::Delayed*> tried, live;
    std::vector<const WhatIfRequest::Ask*> asks;
  };

  const WhatIfRequest& request_;
  const std::size_t memory_;
  Playback then_;
  Trial tried_, live_;
  bool passed_over_ = false;  // the last record was after the span
  std::optional<Pending> pending_;
  Differences differences_;
  AskedTriggers asked_;
  std::unordered_set<SessionDigest> within_;  // sessions with a signal or a decision in the span
  WhatIf result_;
};

Result<WhatIf> Simulation::run(ledger::Ledger& ledger, WhatIfProgress& progress) {
  const auto from = ledger.position_before(request_.since - request_.tenant->settings.retention - kClockSlack);
  const auto last = ledger.last_position();
  if (!from || !last) return unexpected(from ? last.error() : from.error());
  progress.total = *last > *from ? *last - *from : 0;
  std::optional<Fault> fault;
  const auto all = [](const ledger::JournalReader::Item&) { return true; };
  const auto walked = walk(ledger, *from, request_.tenant->handle, all,
                           [&](const JournalRow& row, const SessionDigest& digest, const ledger::Record& record) {
                             if (row.position > *last) return false;
                             progress.done = row.position - *from;
                             if (progress.cancelled)
                               fault = cancelled();
                             else if (!see(row, digest, record))
                               fault = too_large();
                             return !fault;
                           });
  if (fault) return unexpected(*fault);
  if (!walked) return unexpected(walked.error());
  settle();
  fire(request_.until - Duration{1});
  return result();
}

bool Simulation::see(const JournalRow& row, const SessionDigest& digest, const ledger::Record& record) {
  if (const auto* visit = std::get_if<ledger::VisitorRecord>(&record)) {
    if (!passed_over_) take(digest, *visit);
    return true;
  }
  if (const auto* identity = std::get_if<ledger::IdentityRecord>(&record)) {
    if (!passed_over_) take(digest, *identity);
    return true;
  }
  if (const auto* traits = std::get_if<ledger::TraitsRecord>(&record)) {
    if (!passed_over_) then_.take(digest, *traits);
    return true;
  }
  // To a recorded decision: nobody knows how the visitor would have reacted to a trial's.
  if (const auto* reaction = std::get_if<ledger::MarkRecord>(&record)) {
    if (passed_over_) return true;
    const SessionPtr session = then_.find(digest);
    for (Trial* trial : {&tried_, &live_})
      trial->keep(reaction->mark, session ? session->visitor : VisitorId{}, digest);
    return true;
  }
  settle();
  const auto* append = std::get_if<ledger::AppendRecord>(&record);
  const auto* decision = std::get_if<ledger::DecisionRecord>(&record);
  const Instant at = append ? append->received : decision ? decision->at : row.at;
  passed_over_ = at >= request_.until;
  if (passed_over_) return true;
  fire(at);
  if (append) take(digest, *append);
  if (decision) take(digest, *decision);
  if (std::holds_alternative<ledger::ForgetRecord>(record)) {
    then_.forget(digest);
    tried_.forget(digest);
    live_.forget(digest);
  }
  if (then_.bytes() <= memory_) return true;
  then_.forget_expired(at);
  return then_.bytes() <= memory_ - memory_ / 4;
}

void Simulation::take(const SessionDigest& digest, const ledger::AppendRecord& append) {
  if (append.fresh || !then_.find(digest)) {
    tried_.forget(digest);
    live_.forget(digest);
  }
  then_.take(digest, append);
  result_.signals += static_cast<std::int64_t>(append.signals.size());
  if (append.signals.empty() || append.received < request_.since) return;
  within_.insert(digest);
  pending_ = Pending{.digest = digest,
                     .at = append.received,
                     .tried = tried_.fed_by(append.signals),
                     .live = live_.fed_by(append.signals),
                     .asks = {}};
  for (const WhatIfRequest::Ask& ask : request_.asks)
    if (std::ranges::any_of(append.signals, [&](const ledger::Signal& signal) { return ask.on.fits(signal); }))
      pending_->asks.push_back(&ask);
}

void Simulation::take(const SessionDigest& digest, const ledger::DecisionRecord& decision) {
  if (decision.at >= request_.since) within_.insert(digest);
  ask(digest, decision);
  const SessionPtr before = then_.find(digest);
  const bool alive = before && before->expires_at > decision.at;
  if (!alive || ledger::takes(before->visitor, decision.visitor))
    then_.take(digest, without_decision(decision, alive ? before.get() : nullptr));
}

void Simulation::take(const SessionDigest& digest, const ledger::VisitorRecord& visit) {
  ledger::VisitorRecord record = visit;
  record.spends.clear();
  then_.take(digest, record);
  for (Trial* trial : {&tried_, &live_}) {
    if (visit.session.empty())
      trial->left(visit.own, visit.of.low);
    else if (visit.joined)
      trial->joined(then_.find(visit.of), visit.of, visit.own, pending_ ? pending_->at : visit.at);
  }
}

void Simulation::take(const SessionDigest& digest, const ledger::IdentityRecord& identity) {
  then_.take(digest, identity);
  for (Trial* trial : {&tried_, &live_})
    trial->regrouped(VisitorId{identity.visitor}, pending_ ? pending_->at : identity.at);
}

void Simulation::settle() {
  if (!pending_) return;
  const Pending came = *std::exchange(pending_, std::nullopt);
  const SessionPtr session = then_.find(came.digest);
  if (!session) return;
  tried_.wait(session, came.tried, came.at);
  live_.wait(session, came.live, came.at);
  for (const WhatIfRequest::Ask* one : came.asks) ask(*one, session, came.digest, came.at);
}

// Delayed rules are evaluated without requests.
void Simulation::ask(const SessionDigest& digest, const ledger::DecisionRecord& decision) {
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

void Simulation::ask(const WhatIfRequest::Ask& one, const SessionPtr& session, const SessionDigest& digest,
                     Instant now) {
  const decision::Known known{.session = session};
  ask({.known = known,
       .id = session->id,
       .digest = digest,
       .context = session->context,
       .trigger = one.trigger,
       .at = now,
       .spent_at = now});
}

void Simulation::ask(const AskedAt& asked) {
  ++result_.asked;
  const auto count = asked_.find(asked.trigger);
  count == asked_.end() ? void(asked_.emplace(std::string(asked.trigger), 1)) : void(++count->second);
  const rules::Verdict was = live_.ask(asked), would_be = tried_.ask(asked);
  differences_.answered(asked, was, would_be);
}

void Simulation::fire(Instant until) {
  const auto fire = [&](Trial& trial) {
    trial.fire(until, [&](const FiredAt& fired) {
      within_.insert(fired.digest);
      differences_.told(&trial == &tried_, fired);
    });
  };
  fire(tried_);
  fire(live_);
}

WhatIf Simulation::result() {
  differences_.finish(result_);
  result_.sessions = static_cast<std::int64_t>(within_.size());
  result_.rules = rules_that_were_tried(request_.tried, tried_.counts(), asked_);
  return std::move(result_);
}

}  // namespace

Result<WhatIf> what_if(ledger::Ledger& ledger, const commit::Sessions& digests, const WhatIfRequest& request,
                       std::size_t memory, WhatIfProgress& progress) {
  auto tried = live_since(*request.tenant, request.tried, request.since);
  if (!tried) return unexpected(tried.error());
  auto live = live_since(*request.tenant, request.live, request.since);
  if (!live) return unexpected(live.error());
  return Simulation(digests, request, std::move(*tried), std::move(*live), memory).run(ledger, progress);
}

}  // namespace beckon::hindsight
