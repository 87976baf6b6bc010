#include "decision/envelope.h"

#include <algorithm>

#include "ledger/codec.h"
#include "rules/payload_values.h"

namespace beckon::decision {

namespace {

bool tells_of_visitor(const rules::Verdict& verdict) {
  return verdict.acting && rules::names_visitor(verdict.acting->arms[verdict.acting_arm]);
}

}  // namespace

Envelope judge(const DecisionRequest& request, const std::string& trigger, Known known, Instant now) {
  Envelope envelope{
      .tenant = request.tenant, .known = std::move(known), .session = request.session, .trigger = trigger};
  const ledger::Session* session = envelope.known.session.get();
  if (!request.context.empty())
    envelope.said = ledger::merge(session ? session->context : ledger::Context{}, request.context);
  envelope.session_version = session ? session->version : 0;
  envelope.resolved_at = now;
  envelope.verdict = request.tenant->rules->judge(trigger, envelope.facts());
  if (tells_of_visitor(envelope.verdict))
    envelope.verdict.expires_at = std::min(envelope.verdict.expires_at, now + kPersonalTtl);
  return envelope;
}

const ledger::Context& Envelope::context() const {
  static const ledger::Context kNone;
  if (said) return *said;
  return known.session ? known.session->context : kNone;
}

rules::Facts Envelope::facts() const { return known.facts(context(), session, resolved_at, *tenant); }

std::string_view Envelope::action(std::string& room) const {
  if (verdict.action_json.empty()) return "null";
  if (!rules::RuleSet::has_values(verdict)) return verdict.action_json;
  return tenant->rules->action(verdict, facts(), id, room);
}

Etag etag_of(std::uint64_t reading) {
  static constexpr char kDigits[] = "0123456789abcdef";
  Etag etag{};
  for (std::size_t i = etag.text.size(); i-- > 0; reading >>= 4) etag.text[i] = kDigits[reading & 15];
  return etag;
}

std::int64_t Envelope::ttl_seconds() const {
  return std::max<std::int64_t>(0, (verdict.expires_at - resolved_at) / std::chrono::seconds{1});
}

bool Envelope::is_recorded() const {
  return known.may_spend && (known.session || verdict.outcome != rules::Outcome::kNone || !verdict.beside.empty());
}

void write(json::Writer& out, const Envelope& envelope, bool explain) {
  const rules::Verdict& verdict = envelope.verdict;
  text_or_null(out, "decisionId", envelope.id);
  out.member("handle", envelope.tenant->handle.view())
      .member("sessionId", envelope.session.view())
      .member("trigger", envelope.trigger)
      .member("outcome", rules::to_text(verdict.outcome));
  text_or_null(out, "ruleId", verdict.rule);
  text_or_null(out, "variant", verdict.variant);
  std::string room;
  out.member_raw("action", envelope.action(room));
  out.member("sessionVersion", static_cast<std::int64_t>(envelope.session_version))
      .member("rulesVersion", static_cast<std::int64_t>(envelope.tenant->rules->version()))
      .member("resolvedAt", envelope.resolved_at)
      .member("expiresAt", verdict.expires_at)
      .member("ttlSeconds", envelope.ttl_seconds())
      .member("etag", etag_of(verdict.reading).view());
  if (!explain) return;
  out.key("explanation");
  envelope.tenant->rules->explain(envelope.trigger, envelope.facts(), out);
}

void write_signal_told(json::Writer& out, const ledger::Signal& signal) {
  out.begin_object().member("signalKey", signal.key);
  signal.has_value ? out.member("signalValue", signal.value) : out.key("signalValue").null();
  out.key("confidence").real(static_cast<double>(signal.confidence) / ledger::kFullConfidence);
  text_or_null(out, "source", signal.source);
  out.member_raw("metadata", signal.metadata.empty() ? "{}" : signal.metadata);
  out.member("at", signal.at).end_object();
}

ledger::PastBeside past_of(const rules::Beside& beside) {
  return {std::string(beside.rule), std::string(beside.variant), std::string(rules::to_text(beside.outcome)),
          beside.shadow, beside.hold};
}

std::vector<ledger::PastBeside> beside_of(const rules::Verdict& verdict) {
  std::vector<ledger::PastBeside> beside;
  for (const rules::Beside& one : verdict.beside) beside.push_back(past_of(one));
  return beside;
}

std::vector<ledger::Spend> spends_of(const rules::Verdict& verdict, Instant at, const ledger::SessionDigest& digest) {
  std::vector<ledger::Spend> spends;
  const auto take = [&](std::uint64_t key) {
    if (key != 0) spends.push_back({key, at, digest.low});
  };
  take(verdict.spends);
  take(verdict.arm);
  take(verdict.mark);
  for (const rules::Beside& one : verdict.beside) take(one.spends), take(one.arm), take(one.mark);
  return spends;
}

ledger::PastView past_of(const Envelope& envelope, std::span<const ledger::PastBeside> beside) {
  return {.id = envelope.id,
          .trigger = envelope.trigger,
          .outcome = rules::to_text(envelope.verdict.outcome),
          .rule = envelope.verdict.rule,
          .variant = envelope.verdict.variant,
          .hold = envelope.verdict.hold,
          .session_version = envelope.session_version,
          .rules_version = envelope.tenant->rules->version(),
          .at = envelope.resolved_at,
          .public_only = envelope.known.public_only,
          .reading = envelope.verdict.reading,
          .beside = beside};
}

ledger::DecisionRecord record_of(const DecisionRequest& request, const Envelope& envelope,
                                 const ledger::SessionDigest& digest, std::string_view past) {
  const commit::HandleSettings& settings = request.tenant->settings;
  ledger::DecisionRecord record{.handle = request.tenant->handle.view(), .session = request.session.view()};
  record.seen = envelope.known.session != nullptr;
  record.basic = !record.seen && (request.at_most_basic || settings.default_consent == ledger::Consent::kBasic);
  record.expires_at = envelope.resolved_at +
                      (record.basic ? std::min(settings.basic_retention, settings.retention) : settings.retention);
  const decision::Known& known = envelope.known;
  // What changes nothing for the session may have claimed a share of its browser: hindsight needs to know.
  record.visitor = (known.said.empty() && known.naming && known.session ? known.session->visitor : known.said).view();
  record.context = request.context;
  record.at = envelope.resolved_at;
  record.past = past;
  record.spends = spends_of(envelope.verdict, envelope.resolved_at, digest);
  record.proven = request.trust >= commit::Trust::kProof && !request.visitor.empty() && !request.at_most_basic;
  record.anonymous = known.naming ? std::string_view(request.anonymous) : known.anonymous;
  return record;
}

}  // namespace beckon::decision
