#include "delayed/firing.h"

#include <algorithm>

#include "ledger/codec.h"

namespace beckon::delayed {
namespace {

using ledger::SessionPtr;
using rules::Outcome;
using rules::Verdict;

constexpr std::string_view kDueEvent = "chain.message.due";

ledger::SessionDigest digest_of(const Firing& firing) {
  return firing.draft.places().sessions.digest(firing.timer.handle.view(), firing.timer.session.view());
}

std::string cause_of(const Firing& firing, const decision::Envelope& envelope) {
  std::string out;
  json::Writer(out)
      .begin_object()
      .member("decision", envelope.id)
      .member("sessionId", envelope.session.view())
      .member("trigger", envelope.trigger)
      .member("ruleId", envelope.verdict.rule)
      .member("rulesVersion", static_cast<std::int64_t>(firing.tenant->rules->version()))
      .key("signal")
      .begin_object()
      .member("sessionId", envelope.session.view())
      .member("version", static_cast<std::int64_t>(firing.anchor.version))
      .end_object()
      .end_object();
  return out;
}

std::string payload_of(const Firing& firing, const decision::Envelope& envelope) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  write(writer, envelope, false);
  writer.key("explanation");
  firing.tenant->rules->explain_due(firing.delayed, envelope.facts(), writer);
  writer.end_object();
  return out;
}

}  // namespace

Verdict as_told(const rules::Delayed& delayed, const Verdict& verdict) {
  if (!delayed.shadow) return verdict;
  Verdict none{.expires_at = verdict.expires_at, .reading = verdict.reading};
  none.beside.push_back({.rule = verdict.rule,
                         .variant = verdict.variant,
                         .outcome = verdict.outcome,
                         .shadow = true,
                         .spends = verdict.spends,
                         .arm = verdict.arm});
  return none;
}

rules::Facts Firing::facts(Instant now) const {
  return sight.known.facts(session().context, session().id, now, tenant->settings.retention);
}

decision::Envelope envelope_of(const Firing& firing, const Verdict& verdict) {
  commit::Draft& draft = firing.draft;
  decision::Envelope envelope{.tenant = firing.tenant,
                              .known = firing.sight.known,
                              .session = firing.session().id,
                              .id = make_ulid("dec_", draft.now(), draft.places().random),
                              .trigger = std::string(kDueTrigger),
                              .verdict = as_told(firing.delayed, verdict),
                              .session_version = firing.session().version,
                              .resolved_at = draft.now()};
  envelope.verdict.expires_at = std::min(verdict.expires_at, firing.valid_until());
  return envelope;
}

Result<SessionPtr> record(const Firing& firing, const decision::Envelope& envelope) {
  const auto beside = decision::beside_of(envelope.verdict);
  std::string past;
  ledger::encode_past(past, past_of(envelope, beside));
  ledger::DecisionRecord record{
      .handle = firing.timer.handle.view(), .session = firing.timer.session.view(), .seen = true};
  record.expires_at = firing.session().expires_at;
  record.at = envelope.resolved_at;
  record.past = past;
  record.spends = decision::spends_of(envelope.verdict, envelope.resolved_at, digest_of(firing));
  return firing.draft.decide(digest_of(firing), firing.sight.known.session, record);
}

void finish(const Firing& firing, SessionPtr session) {
  const Timer& timer = firing.timer;
  firing.draft.set_timer({.handle = timer.handle, .session = timer.session, .rule = timer.rule});
  firing.draft.done(digest_of(firing), std::move(session),
                    {.handle = timer.handle.view(),
                     .session = timer.session.view(),
                     .done = {.rule = ledger::remembered(firing.delayed.rule), .version = firing.anchor.version}});
}

void add_due_event(const Firing& firing, const decision::Envelope& envelope) {
  firing.draft.add_event(
      *firing.tenant, kDueEvent, firing.draft.now(), envelope.session.view(),
      [&] { return cause_of(firing, envelope); }, [&] { return payload_of(firing, envelope); },
      {.rule = RuleId{firing.delayed.rule}, .anchor_at = firing.anchor.at, .valid_until = firing.valid_until()});
}

}  // namespace beckon::delayed
