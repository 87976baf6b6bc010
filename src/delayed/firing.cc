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

// The visitor the message is for: null if unknown.
void write_visitor(json::Writer& out, const Firing& firing, const rules::Facts& facts) {
  out.key("visitor");
  const std::vector<SessionPtr> records = firing.sight.known.records();
  if (records.empty()) return out.null(), void();
  const std::string_view name = commit::id_of(*records.front());
  out.begin_object();
  text_or_null(out, "visitorId", ledger::is_browser(name) ? std::string_view{} : name);
  out.key("ids").begin_array();
  std::vector<std::string_view> told;
  for (const SessionPtr& record : records) {
    const std::string_view id = ledger::shown_id(commit::id_of(*record));
    if (std::ranges::find(told, id) != told.end()) continue;  // shares of one browser
    told.push_back(id);
    out.string(id);
  }
  out.end_array();
  text_or_null(out, "zone", rules::zone_name_of_visitor(facts));
  out.key("traits").begin_object();
  for (const std::string& trait : firing.delayed.include)
    if (const auto now = ledger::trait_in(facts.traits, trait)) out.member_raw(trait, now->json);
  out.end_object().end_object();
}

// The signal that started the wait; null if it has left the window.
void write_anchor(json::Writer& out, const Firing& firing) {
  out.key("anchor");
  const ledger::Window& window = firing.session().window;
  for (std::size_t i = window.size(); i-- > 0;) {
    if (window[i].version != firing.anchor.version) continue;
    out.begin_object().member("sessionId", firing.session().id.view()).key("signal");
    decision::write_signal_told(out, window[i]);
    out.end_object();
    return;
  }
  out.null();
}

std::string payload_of(const Firing& firing, const decision::Envelope& envelope) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  write(writer, envelope, false);
  writer.key("explanation");
  const rules::Facts facts = envelope.facts();
  firing.tenant->rules->explain_due(firing.delayed, facts, writer);
  write_visitor(writer, firing, facts);
  write_anchor(writer, firing);
  text_or_null(writer, "same", firing.anchor.same);
  writer.member("sendBefore", to_rfc3339(firing.valid_until())).member("idempotencyKey", envelope.id);
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
                         .hold = verdict.hold,
                         .spends = verdict.spends,
                         .arm = verdict.arm,
                         .mark = verdict.mark});
  return none;
}

rules::Facts Firing::facts(Instant now) const {
  return sight.known.facts(session().context, session().id, now, *tenant);
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
  ledger::PastView told = past_of(envelope, beside);
  if (firing.delayed.by_value) told.anchor = firing.anchor.version;
  ledger::encode_past(past, told);
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
  firing.draft.set_timer({.handle = timer.handle, .session = timer.session, .rule = timer.rule, .same = timer.same});
  const std::uint64_t version = firing.anchor.version;
  const std::uint64_t rule = firing.delayed.by_value ? ledger::done_key(firing.delayed.rule, version)
                                                     : ledger::remembered(firing.delayed.rule);
  firing.draft.done(
      digest_of(firing), std::move(session),
      {.handle = timer.handle.view(), .session = timer.session.view(), .done = {.rule = rule, .version = version}});
}

void add_due_event(const Firing& firing, const decision::Envelope& envelope) {
  firing.draft.add_event(
      *firing.tenant, kDueEvent, firing.draft.now(), envelope.session.view(),
      [&] { return cause_of(firing, envelope); }, [&] { return payload_of(firing, envelope); },
      {.rule = RuleId{firing.delayed.rule},
       .anchor_at = firing.anchor.at,
       .valid_until = firing.valid_until(),
       .same = firing.timer.same});
}

}  // namespace beckon::delayed
