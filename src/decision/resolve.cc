#include "decision/resolve.h"

#include <algorithm>

namespace beckon::decision {
namespace {

using json::Value;
using ledger::SessionDigest;
using ledger::SessionPtr;

constexpr std::string_view kResolvedEvent = "chain.decision.resolved";

std::string read_trigger(const Value& value, const std::string& path, Issues& issues) {
  if (value.is_string() && is_trigger(value.text()) && value.text() != "@due") return std::string(value.text());
  issues.add(path, "must be a trigger: 1 to 64 of a-z 0-9 _ . : -, beginning with a letter or digit");
  return {};
}

void read_triggers(const Value& root, bool many, DecisionRequest& request, Issues& issues) {
  const Value *one = root.find("trigger"), *list = many ? root.find("triggers") : nullptr;
  if (one && list) return issues.add("trigger", "must not be given beside triggers");
  if (one) return request.triggers.push_back(read_trigger(*one, "trigger", issues));
  if (!list) return issues.add(many ? "triggers" : "trigger", "is required");
  if (!list->is_array() || list->items().empty() || list->items().size() > kTriggersPerPrefetch)
    return issues.add("triggers", "must be a list of 1 to 20 triggers");
  for (std::size_t i = 0; i < list->items().size(); ++i)
    request.triggers.push_back(read_trigger(list->items()[i], "triggers[" + std::to_string(i) + "]", issues));
}

Envelope judge(const DecisionRequest& request, const std::string& trigger, SessionPtr session, Instant now) {
  static const ledger::Window kEmpty;
  if (session && session->expires_at <= now) session = nullptr;
  Envelope envelope{.tenant = request.tenant, .judged = std::move(session), .session = request.session, .trigger = trigger};
  const ledger::Session* known = envelope.judged.get();
  if (!request.context.empty()) envelope.said = known ? ledger::merge(known->context, request.context) : request.context;
  envelope.session_version = known ? known->version : 0;
  envelope.resolved_at = now;
  envelope.verdict = request.tenant->rules->judge(trigger, {.window = known ? known->window : kEmpty,
                                                            .context = envelope.context(),
                                                            .now = now,
                                                            .retention = request.tenant->settings.retention});
  return envelope;
}

ledger::PastView past_of(const Envelope& envelope) {
  return {.id = envelope.id,
          .trigger = envelope.trigger,
          .outcome = rules::to_text(envelope.verdict.outcome),
          .rule = envelope.verdict.rule,
          .variant = envelope.verdict.variant,
          .session_version = envelope.session_version,
          .rules_version = envelope.tenant->rules->version(),
          .at = envelope.resolved_at};
}

// `none` for a session that was never seen is only counted.
bool is_recorded(const Envelope& envelope) {
  return envelope.judged != nullptr || envelope.verdict.outcome != rules::Outcome::kNone;
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

// The record of a decision; views point into the arguments and `past`.
ledger::DecisionRecord record_of(const DecisionRequest& request, const Envelope& envelope, const std::string& past) {
  ledger::DecisionRecord record{.handle = request.tenant->handle.view(), .session = request.session.view()};
  record.seen = envelope.judged != nullptr;
  record.expires_at = envelope.resolved_at + request.tenant->settings.retention;
  if (!record.seen || envelope.judged->consent == ledger::Consent::kFull) record.visitor = request.visitor.view();
  record.context = request.context;
  record.at = envelope.resolved_at;
  record.past = past;
  return record;
}

// A decision that owes an event: judged, recorded and answered in one commit.
class ResolveAndTell final : public Work {
 public:
  ResolveAndTell(DecisionRequest request, SessionDigest digest, Resolver::Done done)
      : request_(std::move(request)), digest_(digest), done_(std::move(done)) {}

  void plan(Draft& draft) override {
    const bool denied = draft.denied(digest_);
    const auto session = denied ? Result<SessionPtr>{SessionPtr{}} : draft.find(request_.tenant->handle, request_.session, digest_);
    if (!session) {
      answer_ = unexpected(session.error());
      return;
    }
    Envelope envelope = judge(request_, request_.triggers.front(), *session, draft.now());
    envelope.id = make_ulid("dec_", draft.now(), draft.places().random);
    if (!denied && is_recorded(envelope)) {
      std::string past;
      ledger::encode_past(past, past_of(envelope));
      draft.decide(digest_, *session, record_of(request_, envelope, past));
      draft.owe(*request_.tenant, kResolvedEvent, draft.now(), request_.session.view(),
                cause_of(envelope), [&] {
                  std::string payload;
                  json::Writer writer(payload);
                  writer.begin_object();
                  write(writer, envelope, false);
                  writer.end_object();
                  return payload;
                });
    }
    answer_ = std::move(envelope);
  }
  void finish(const std::optional<Fault>& fault) override {
    if (answer_ && fault) answer_ = unexpected(*fault);
    done_(answer_);
  }

 private:
  DecisionRequest request_;
  SessionDigest digest_;
  Resolver::Done done_;
  Result<Envelope> answer_;
};

std::string hex16(std::uint64_t value) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(16, '0');
  for (std::size_t i = 16; i-- > 0; value >>= 4) text[i] = kDigits[value & 15];
  return text;
}

}  // namespace

Result<DecisionRequest> parse_decision(const Value& root, const Tenants& tenants,
                                       std::optional<std::string_view> handle_in_path, bool many) {
  if (!root.is_object())
    return unexpected(Fault{.code = FaultCode::kInvalidPayload, .message = "The body must be a JSON object."});
  DecisionRequest request;
  Issues issues;
  const std::string_view handle = read_handle(root, handle_in_path, issues);
  request.session = read_session(root, issues);
  request.visitor = read_visitor(root, issues);
  request.context = read_context(root, issues);
  read_triggers(root, many, request, issues);
  if (const Value* etag = many ? root.find("ifNoneMatch") : nullptr; etag) {
    if (etag->is_string() && etag->text().size() <= 64) request.if_none_match = etag->text();
    else issues.add("ifNoneMatch", "must be the etag of an earlier prefetch");
  }
  if (!issues.empty()) return unexpected(issues.fault());
  auto tenant = tenants.find(handle);
  if (!tenant) return unexpected(tenant.error());
  request.tenant = std::move(*tenant);
  return request;
}

const ledger::Context& Envelope::context() const {
  static const ledger::Context kNone;
  if (!said.empty()) return said;
  return judged ? judged->context : kNone;
}

std::string Envelope::etag() const { return hex16(verdict.reading); }

std::int64_t Envelope::ttl_seconds() const {
  return std::max<std::int64_t>(0, (verdict.expires_at - resolved_at) / std::chrono::seconds{1});
}

void write(json::Writer& out, const Envelope& envelope, bool explain) {
  const rules::Verdict& verdict = envelope.verdict;
  const auto text_or_null = [&out](std::string_view name, std::string_view text) {
    text.empty() ? out.key(name).null() : out.member(name, text);
  };
  out.member("decisionId", envelope.id)
      .member("handle", envelope.tenant->handle.view())
      .member("sessionId", envelope.session.view())
      .member("trigger", envelope.trigger)
      .member("outcome", rules::to_text(verdict.outcome));
  text_or_null("ruleId", verdict.rule);
  text_or_null("variant", verdict.variant);
  out.member_raw("action", verdict.action_json.empty() ? "null" : verdict.action_json);
  out.member("sessionVersion", static_cast<std::int64_t>(envelope.session_version))
      .member("rulesVersion", static_cast<std::int64_t>(envelope.tenant->rules->version()))
      .member("resolvedAt", to_rfc3339(envelope.resolved_at))
      .member("expiresAt", to_rfc3339(verdict.expires_at))
      .member("ttlSeconds", envelope.ttl_seconds())
      .member("etag", envelope.etag());
  if (!explain) return;
  static const ledger::Window kEmpty;
  out.key("explanation");
  envelope.tenant->rules->explain(envelope.trigger,
                                  {.window = envelope.judged ? envelope.judged->window : kEmpty,
                                   .context = envelope.context(),
                                   .now = envelope.resolved_at,
                                   .retention = envelope.tenant->settings.retention},
                                  out);
}

void Resolver::resolve(DecisionRequest request, Done done) const {
  const Draft::Places& places = parts_.places;
  const SessionDigest digest = places.sessions.digest(request.tenant->handle.view(), request.session.view());
  const auto list = places.subscriptions.of(request.tenant->handle);
  if (std::ranges::any_of(*list, [](const auto& s) { return outbox::wants(*s, kResolvedEvent); })) {
    auto told = std::make_unique<ResolveAndTell>(std::move(request), digest, std::move(done));
    std::unique_ptr<Work> work = std::move(told);
    if (!parts_.committer.submit(work)) refuse_overloaded(*work);
    return;
  }
  const bool denied = places.sessions.denied(digest);
  auto session = denied ? Result<SessionPtr>{SessionPtr{}} : places.sessions.find(request.tenant->handle, request.session, digest);
  if (!session) return done(unexpected(session.error()));
  const Instant now = parts_.clock.now();
  Envelope envelope = judge(request, request.triggers.front(), std::move(*session), now);
  envelope.id = make_ulid("dec_", now, places.random);
  if (!denied && is_recorded(envelope)) {
    thread_local std::string bytes, past;
    bytes.clear();
    past.clear();
    ledger::encode_past(past, past_of(envelope));
    ledger::append_record(bytes, digest, record_of(request, envelope, past));
    if (!parts_.committer.record_late(bytes)) return done(unexpected(unavailable("The server has more to write than it can.")));
  }
  done(std::move(envelope));
}

Result<Prefetched> Resolver::prefetch(const DecisionRequest& request) const {
  Sessions& sessions = parts_.places.sessions;
  const SessionDigest digest = sessions.digest(request.tenant->handle.view(), request.session.view());
  auto session = sessions.denied(digest) ? Result<SessionPtr>{SessionPtr{}}
                                         : sessions.find(request.tenant->handle, request.session, digest);
  if (!session) return unexpected(session.error());
  const Instant now = parts_.clock.now();
  Prefetched answer{.rules_version = request.tenant->rules->version()};
  std::uint64_t reading = request.triggers.size();
  for (const std::string& trigger : request.triggers) {
    Envelope envelope = judge(request, trigger, *session, now);
    reading = (reading ^ envelope.verdict.reading) * 0x9e3779b97f4a7c15u;
    reading ^= reading >> 32;
    const std::int64_t ttl = envelope.ttl_seconds();
    answer.ttl_seconds = answer.decisions.empty() ? ttl : std::min(answer.ttl_seconds, ttl);
    answer.session_version = envelope.session_version;
    answer.decisions.push_back(std::move(envelope));
  }
  answer.etag = hex16(reading);
  answer.unchanged = !request.if_none_match.empty() && request.if_none_match == answer.etag;
  if (!answer.unchanged)
    for (Envelope& envelope : answer.decisions)
      envelope.id = parts_.tokens.seal(request.tenant->handle.view(), request.session.view(), past_of(envelope),
                                       parts_.places.random);
  return answer;
}

}  // namespace beckon::decision
