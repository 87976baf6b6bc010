#include "http/routes/session_view.h"

#include <algorithm>

#include "commit/visitor.h"
#include "http/routes/delivery_view.h"
#include "http/routes/response.h"
#include "ledger/codec.h"

namespace beckon::http {
namespace {

using Moment = std::pair<Instant, std::string>;  // and the JSON of what happened then

void write_value(json::Writer& out, const ledger::Signal& signal) {
  out.member("signalKey", signal.key).key("signalValue");
  signal.has_value ? out.string(signal.value) : out.null();
}

// Opens the object of an entry.
json::Writer& begin_moment(json::Writer& out, std::string_view kind, Instant at, std::string_view session) {
  out.begin_object().member("kind", kind).member("at", to_rfc3339(at));
  if (!session.empty()) out.member("sessionId", session);
  return out;
}

template <class... What>
Moment moment_at(Instant at, const What&... what) {
  std::string text;
  json::Writer writer(text);
  write_moment(writer, what..., {});
  return {at, std::move(text)};
}

void write_decision(json::Writer& out, const ledger::PastDecision& decision) {
  out.begin_object()
      .member("decisionId", decision.id)
      .member("trigger", decision.trigger)
      .member("outcome", decision.outcome);
  text_or_null(out, "ruleId", decision.rule);
  text_or_null(out, "variant", decision.variant);
  out.member("sessionVersion", static_cast<std::int64_t>(decision.session_version))
      .member("rulesVersion", static_cast<std::int64_t>(decision.rules_version))
      .member("resolvedAt", to_rfc3339(decision.at))
      .member_boolean("shown", decision.shown)
      .end_object();
}

void write_whose(json::Writer& out, Api& api, const Handle& handle, const VisitorId& id) {
  const auto whose = commit::whose(commit::reader_of(api.places.sessions, handle, api.clock.now()), id);
  text_or_null(out, "visitorId", whose.visitor.view());
  text_or_null(out, "anonymousId", whose.anonymous);
}

}  // namespace

void write_moment(json::Writer& out, const ledger::Signal& signal, std::string_view session) {
  write_value(begin_moment(out, "signal", signal.at, session), signal);
  out.member("version", static_cast<std::int64_t>(signal.version)).end_object();
}

void write_moment(json::Writer& out, const ledger::PastDecision& decision, std::string_view session) {
  begin_moment(out, "decision", decision.at, session)
      .member("decisionId", decision.id)
      .member("trigger", decision.trigger)
      .member("outcome", decision.outcome);
  text_or_null(out, "ruleId", decision.rule);
  out.end_object();
}

void write_moment(json::Writer& out, const outbox::Delivery& delivery, const Sending& sending,
                  std::string_view session) {
  begin_moment(out, "delivery", delivery.created_at, session)
      .member("deliveryId", delivery.id.view())
      .member("eventId", delivery.event.view())
      .member("subscriptionId", delivery.subscription.view())
      .member("eventType", delivery.event_type)
      .member("status", outbox::to_text(state_of(delivery, sending)));
  instant_or_null(out, "endedAt", delivery.ended_at);
  text_or_null(out, "reason", delivery.reason);
  out.end_object();
}

void write_moment(json::Writer& out, const delayed::Timer& timer, std::string_view session) {
  begin_moment(out, "timer", timer.due_at, session)
      .member("ruleId", timer.rule.view())
      .member("signalVersion", static_cast<std::int64_t>(timer.anchor))
      .end_object();
}

void write_signal(json::Writer& out, const ledger::Signal& signal) {
  out.begin_object();
  write_value(out, signal);
  out.key("confidence").real(static_cast<double>(signal.confidence) / ledger::kFullConfidence);
  text_or_null(out, "source", signal.source);
  out.member_raw("metadata", signal.metadata.empty() ? "{}" : signal.metadata).member("at", to_rfc3339(signal.at));
  instant_or_null(out, "said", signal.is_said_otherwise() ? signal.said : Instant{});
  out.member("receivedAt", to_rfc3339(signal.received)).member("version", static_cast<std::int64_t>(signal.version));
  text_or_null(out, "id", signal.id);
  out.end_object();
}

ledger::SessionSummary summary_of(const ledger::Session& session) {
  return {session.id, session.visitor, session.created, session.last_received, session.version};
}

void write_session_summary(json::Writer& out, Api& api, const Handle& handle, const ledger::SessionSummary& session) {
  out.begin_object().member("sessionId", session.id.view());
  write_whose(out, api, handle, session.visitor);
  out.member("version", static_cast<std::int64_t>(session.version))
      .member("createdAt", to_rfc3339(session.created))
      .member("lastSignalAt", to_rfc3339(session.last_received))
      .end_object();
}

void write_session_head(json::Writer& out, Api& api, const ledger::Session& session) {
  out.member("handle", session.handle.view()).member("sessionId", session.id.view());
  write_whose(out, api, session.handle, session.visitor);
  text_or_null(out, "deviceId", session.browser());
  out.member_boolean("proven", session.proven);
  out.member("consent", ledger::to_text(session.consent)).key("context").begin_object();
  for (const auto& [key, value] : session.context) out.member(key, value);
  out.end_object()
      .member("version", static_cast<std::int64_t>(session.version))
      .member("signalCount", static_cast<std::int64_t>(session.window.size()))
      .member("createdAt", to_rfc3339(session.created))
      .member("lastSignalAt", to_rfc3339(session.last_received))
      .member("expiresAt", to_rfc3339(session.expires_at));
}

void write_session_history(json::Writer& out, const ledger::Session& session,
                           std::span<const outbox::Delivery> deliveries, std::span<const delayed::Timer> timers,
                           const Sending& sending) {
  const auto decisions = ledger::past_decisions(session.decisions);
  out.key("decisions").begin_array();
  for (auto decision = decisions.rbegin(); decision != decisions.rend(); ++decision) write_decision(out, *decision);
  out.end_array();

  std::vector<Moment> moments;
  for (std::size_t i = 0; i < session.window.size(); ++i)
    moments.push_back(moment_at(session.window.at(i), session.window[i]));
  for (const ledger::PastDecision& decision : decisions) moments.push_back(moment_at(decision.at, decision));
  for (const outbox::Delivery& delivery : deliveries)
    moments.push_back(moment_at(delivery.created_at, delivery, sending));
  for (const delayed::Timer& timer : timers) moments.push_back(moment_at(timer.due_at, timer));
  std::ranges::stable_sort(moments, {}, &Moment::first);
  out.key("timeline").begin_array();
  for (const auto& [at, text] : moments) out.raw(text);
  out.end_array();
}

void write_denied_session(json::Writer& out, const Handle& handle, const SessionId& session) {
  out.member("handle", handle.view()).member("sessionId", session.view());
  for (const std::string_view name : {"visitorId", "anonymousId", "deviceId"}) out.key(name).null();
  out.member_boolean("proven", false);
  out.member("consent", ledger::to_text(ledger::Consent::kDenied)).key("context").begin_object().end_object();
  out.key("version").number(0).key("signalCount").number(0);
  for (const std::string_view name : {"signals", "decisions", "timeline"}) out.key(name).begin_array().end_array();
}

std::string erased_name(Api& api, const Handle& handle, std::string_view what) {
  return "hash:" + to_hex(api.places.sessions.digest(handle.view(), what).bytes());
}

}  // namespace beckon::http
