#include "decision/resolve.h"

#include <algorithm>

#include "commit/counting.h"

namespace beckon::decision {
namespace {

using ledger::SessionDigest;
using ledger::SessionPtr;

constexpr std::string_view kResolvedEvent = "chain.decision.resolved";

Wanted wanted_of(const DecisionRequest& request) {
  Wanted wanted;
  for (const std::string& trigger : request.triggers) {
    const Wanted by = wanted_by(*request.tenant->rules, trigger);
    wanted = {.visitor = wanted.visitor || by.visitor,
              .spends = wanted.spends || by.spends,
              .traits = wanted.traits || by.traits,
              .counters = wanted.counters || by.counters,
              .rules = by.rules};
  }
  return wanted;
}

bool denied_in(const commit::Sessions& sessions, const SessionDigest& digest, Instant now) {
  return sessions.denied(digest, now);
}
bool denied_in(const commit::Draft& draft, const SessionDigest& digest, Instant) { return draft.denied(digest); }

// `source`: Sessions, as of the last commit, or Draft, as of this draft. `merged`: of an earlier evaluation, if there
// was one.
template <class Source>
Result<Known> known_in(Source& source, const DecisionRequest& request, const SessionDigest& digest, Instant now,
                       Merged merged = {}) {
  const bool denied = denied_in(source, digest, now);
  auto session =
      denied ? Result<SessionPtr>{SessionPtr{}} : source.find(request.tenant->handle, request.session, digest);
  if (!session) return unexpected(session.error());
  const commit::VisitorReader reader = commit::reader_of(source, request.tenant->handle, now);
  const commit::Said said{request.visitor, request.anonymous};
  auto known = known_of({*request.tenant, said, request.at_most_basic, denied, request.trust != commit::Trust::kNone},
                        reader, std::move(*session), now);
  if (!known) return known;
  known->merged = std::move(merged);
  const auto gathered = gather(source, request.tenant->handle, digest, wanted_of(request), now, *known);
  if (!gathered) return unexpected(gathered.error());
  return known;
}

std::string cause_of(const Envelope& envelope) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object()
      .member("decision", envelope.id)
      .member("sessionId", envelope.session.view())
      .member("trigger", envelope.trigger)
      .key("ruleId");
  envelope.verdict.rule.empty() ? writer.null() : writer.string(envelope.verdict.rule);
  writer.member("rulesVersion", static_cast<std::int64_t>(envelope.tenant->rules->version())).end_object();
  return out;
}

// A decision with an exposure or an event, or that names the visitor of a session without one: evaluated, recorded and
// answered in one commit, so that no two use the last exposure of a cap, and no session gets two visitors.
class ResolveInCommit final : public commit::Work {
 public:
  ResolveInCommit(DecisionRequest request, SessionDigest digest, Merged merged, Resolver::Done done)
      : request_(std::move(request)), digest_(digest), merged_(std::move(merged)), done_(std::move(done)) {}

  void plan(commit::Draft& draft) override { answer_ = planned(draft); }
  void finish(const std::optional<Fault>& fault) override {
    if (answer_ && fault) answer_ = unexpected(*fault);
    done_(answer_);
  }
  commit::Line* line() const override { return request_.tenant->line.get(); }
  const Trace* trace() const override { return &request_.trace; }

 private:
  Result<Envelope> planned(commit::Draft& draft) {
    auto known = known_in(draft, request_, digest_, draft.now(), std::move(merged_));
    if (!known) return unexpected(known.error());
    Envelope envelope = judge(request_, request_.triggers.front(), std::move(*known), draft.now());
    envelope.id = make_ulid("dec_", draft.now(), draft.places().random);
    if (!envelope.is_recorded()) {
      commit::count_asked_only(draft, request_.tenant->handle,
                               commit::counted_trigger(request_.tenant.get(), envelope.trigger), 1);
      return envelope;
    }
    std::string past;
    const auto beside = beside_of(envelope.verdict);
    ledger::encode_past(past, past_of(envelope, beside));
    const ledger::DecisionRecord record = record_of(request_, envelope, digest_, past);
    const auto decided = draft.decide(digest_, envelope.known.session, record);
    if (!decided) return unexpected(decided.error());
    if (envelope.known.naming)
      commit::take_effect(draft, request_.tenant->handle, *envelope.known.naming, (*decided)->expires_at);
    draft.add_event(
        *request_.tenant, kResolvedEvent, draft.now(), request_.session.view(), [&] { return cause_of(envelope); },
        [&] {
          std::string payload;
          json::Writer writer(payload);
          writer.begin_object();
          write(writer, envelope, false);
          writer.end_object();
          return payload;
        });
    return envelope;
  }

  DecisionRequest request_;
  SessionDigest digest_;
  Merged merged_;
  Resolver::Done done_;
  Result<Envelope> answer_;
};

}  // namespace

void Resolver::resolve(DecisionRequest request, Done done) const {
  Merged merged;
  if (const auto decided = resolve_now(request, merged)) return done(*decided);
  resolve_in_commit(std::move(request), std::move(merged), std::move(done));
}

std::optional<Result<Envelope>> Resolver::resolve_now(const DecisionRequest& request, Merged& merged) const {
  const commit::Draft::Places& places = parts_.places;
  const SessionDigest digest = places.sessions.digest(request.tenant->handle.view(), request.session.view());
  const auto list = places.subscriptions.of(request.tenant->handle);
  if (std::ranges::any_of(*list, [](const auto& s) { return outbox::wants(*s, kResolvedEvent); })) return std::nullopt;
  const Instant now = parts_.clock.now();
  auto known = known_in(places.sessions, request, digest, now);
  if (!known) return unexpected(known.error());
  Envelope envelope = judge(request, request.triggers.front(), std::move(*known), now);
  const bool binds = envelope.known.naming && envelope.is_recorded();
  if (envelope.verdict.spends != 0 || envelope.verdict.arm != 0 || envelope.verdict.mark != 0 || binds) {
    merged = std::move(envelope.known.merged);
    return std::nullopt;
  }
  envelope.id = make_ulid("dec_", now, places.random);
  if (envelope.is_recorded()) {
    thread_local std::string bytes, past;
    bytes.clear();
    past.clear();
    const auto beside = beside_of(envelope.verdict);
    ledger::encode_past(past, past_of(envelope, beside));
    ledger::append_record(bytes, digest, record_of(request, envelope, digest, past));
    if (!parts_.committer.record_late(bytes, *request.tenant->line))
      return unexpected(unavailable("The server is overloaded."));
  } else {
    parts_.committer.count_asked(request.tenant->handle,
                                 commit::counted_trigger(request.tenant.get(), envelope.trigger));
  }
  return envelope;
}

void Resolver::resolve_in_commit(DecisionRequest request, Merged merged, Done done) const {
  const SessionDigest digest = parts_.places.sessions.digest(request.tenant->handle.view(), request.session.view());
  std::unique_ptr<commit::Work> work =
      std::make_unique<ResolveInCommit>(std::move(request), digest, std::move(merged), std::move(done));
  if (!parts_.committer.submit(work)) commit::refuse_overloaded(*work);
}

Result<Prefetched> Resolver::prefetch(const DecisionRequest& request) const {
  auto answer = judge_at(request, parts_.clock.now());
  if (!answer || answer->unchanged) return answer;
  for (Envelope& envelope : answer->decisions)
    envelope.id = parts_.tokens.seal(request.tenant->handle.view(), request.session.view(), past_of(envelope, {}),
                                     request.context, parts_.places.random);
  return answer;
}

Result<Prefetched> Resolver::judge_at(const DecisionRequest& request, Instant at) const {
  commit::Sessions& sessions = parts_.places.sessions;
  const SessionDigest digest = sessions.digest(request.tenant->handle.view(), request.session.view());
  const auto known = known_in(sessions, request, digest, parts_.clock.now());
  if (!known) return unexpected(known.error());
  Prefetched answer{.rules_version = request.tenant->rules->version()};
  std::uint64_t reading = request.triggers.size();
  for (const std::string& trigger : request.triggers) {
    Envelope envelope = judge(request, trigger, *known, at);
    reading = (reading ^ envelope.verdict.reading) * 0x9e3779b97f4a7c15u;
    reading ^= reading >> 32;
    const std::int64_t ttl = envelope.ttl_seconds();
    answer.ttl_seconds = answer.decisions.empty() ? ttl : std::min(answer.ttl_seconds, ttl);
    answer.session_version = envelope.session_version;
    answer.decisions.push_back(std::move(envelope));
  }
  answer.etag = etag_of(reading).view();
  answer.unchanged = !request.if_none_match.empty() && request.if_none_match == answer.etag;
  return answer;
}

}  // namespace beckon::decision
