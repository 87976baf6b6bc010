#include "intake/append.h"

#include <algorithm>
#include <functional>

#include "commit/visitor.h"
#include "decision/envelope.h"
#include "decision/record_shown.h"
#include "delayed/timer_changes.h"
#include "intake/context_limit.h"
#include "intake/goals.h"
#include "intake/outcomes.h"

namespace beckon::intake {
namespace {

using ledger::Consent;
using ledger::SessionDigest;
using ledger::SessionPtr;
using ledger::Signal;

constexpr Duration kMinute{60'000};

// 429 if `added` signals would exceed the session's limit in the minute up to `now`.
std::optional<Fault> over_limit(const SessionPtr& session, std::size_t added, int limit, Instant now) {
  std::size_t used = 0;
  Instant free_at = now + std::chrono::seconds{1};
  bool first = true;
  if (session)
    for (const auto& [at, count] : session->arrivals) {
      if (at <= now - kMinute) continue;
      if (first) free_at = at + kMinute;
      first = false;
      used += count;
    }
  if (used + added <= static_cast<std::size_t>(limit)) return std::nullopt;
  const auto reset = std::chrono::ceil<std::chrono::seconds>(std::max(free_at - now, Duration{1000}));
  return Fault{
      .code = FaultCode::kRateLimited,
      .message = "This session has received " + std::to_string(used) + " of " + std::to_string(limit) +
                 " signals in the last minute, and the request adds " + std::to_string(added) +
                 "; nothing was stored. Retry after the time in Retry-After.",
      .rate = RateState{.limit = limit, .remaining = std::max(0, limit - static_cast<int>(used)), .reset = reset},
      .limit = RateLimit::kSessionSignals};
}

std::string event_type(std::string_view key) {
  return key == "link.clicked" ? std::string(key) : "signal." + std::string(key);
}

// `proven`: the sender of the signal has proven to be the visitor, or to speak for the handle. That the session was
// proven before says nothing about the sender of the next signal: anyone who knows its id can send one.
std::string payload_of(const commit::VisitorReader& reader, const ledger::Session& session, const Signal& signal,
                       bool proven) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("sessionId", session.id.view());
  const commit::Whose whose = commit::whose(reader, session.visitor);
  if (!whose.visitor.empty()) writer.member("visitorId", whose.visitor.view()).member_boolean("proven", proven);
  if (!whose.anonymous.empty()) writer.member("anonymousId", whose.anonymous);
  writer.member("version", static_cast<std::int64_t>(signal.version)).key("signal");
  decision::write_signal_told(writer, signal);
  writer.end_object();
  return out;
}

std::string cause_of(const ledger::Session& session, const Signal& signal) {
  std::string out;
  json::Writer(out)
      .begin_object()
      .key("signal")
      .begin_object()
      .member("sessionId", session.id.view())
      .member("version", static_cast<std::int64_t>(signal.version))
      .end_object()
      .end_object();
  return out;
}

constexpr Duration kSecond{1000};

// A client clock of whole seconds is ambiguous: its signals come after those that arrived earlier within that second.
Instant behind_its_second(const SessionPtr& session, std::span<const Signal> added, const Signal& signal) {
  if (signal.said == Instant{} || to_ms(signal.said) % kSecond.count() != 0) return signal.at;
  Instant at = signal.at;
  const auto look = [&, end = signal.at + kSecond](Instant other) {
    if (other < end) at = std::max(at, other);
  };
  for (const Signal& other : added) look(other.at);
  for (std::size_t i = session ? session->window.size() : 0; i > 0 && session->window.at(i - 1) > at; --i)
    look(session->window.at(i - 1));
  return at;
}

// `added`: those of the request's signals that were not stored before.
commit::Said said_in(const SessionAppend& request, std::span<const Signal> added) {
  commit::Said said{request.visitor, request.anonymous};
  if (added.empty() && request.traits.empty()) said.repeats = !request.signals.empty();
  if (!added.empty())
    said.at = std::ranges::max(added, {}, &Signal::at).at;
  else if (request.traits.at)
    said.at = *request.traits.at;
  return said;
}

Consent consent_of(const SessionAppend& request, bool denied, const SessionPtr& session) {
  Consent consent = request.tenant->settings.default_consent;
  if (session) consent = session->consent;
  if (denied) consent = Consent::kDenied;
  if (request.consent) consent = *request.consent;
  return request.at_most_basic ? std::max(consent, Consent::kBasic) : consent;
}

// Applies the traits to the visitor that the session now belongs to.
Result<TraitsTaken> take(commit::Draft& draft, const SessionAppend& request, Consent consent,
                         const VisitorId& visitor) {
  if (consent != Consent::kFull) return refuse_traits(request.traits, "is not kept without full consent");
  if (visitor.empty())
    return refuse_traits(request.traits, "is of no one: neither a visitorId nor an anonymousId was said");
  const std::string_view source = request.trust == commit::Trust::kRole    ? commit::kServerSource
                                  : request.trust == commit::Trust::kProof ? commit::kProvenSource
                                                                           : commit::kPageSource;
  return take_traits(draft, request.tenant->handle, visitor, request.traits,
                     {.source = source,
                      .only_public = request.trust == commit::Trust::kNone,
                      .is_page = request.trust != commit::Trust::kRole});
}

Result<Appended> deny(commit::Draft& draft, const SessionAppend& request, const SessionDigest& digest,
                      const SessionPtr& before) {
  const Instant until = draft.now() + request.tenant->settings.retention;
  const bool only_the_wish = !before && draft.denied(digest);
  if (only_the_wish) {
    // Only an explicit denial extends it.
    if (request.consent == Consent::kDenied) draft.deny(digest, until);
  } else if (auto fault = draft.forget(request.tenant->handle, request.session, digest, "consent denied", until)) {
    return unexpected(std::move(*fault));
  }
  return Appended{.denied = true, .expires_at = until};
}

}  // namespace

Append::Append(AppendRequest request, const decision::DecisionTokens& tokens, Done done)
    : request_(std::move(request)), tokens_(tokens), done_(std::move(done)) {}

// Planning a signal costs as much as a few hundred bytes of it.
std::size_t bytes_of(const std::vector<Signal>& signals) {
  std::size_t sum = 0;
  for (const Signal& signal : signals) sum += 256 + signal.value.size() + signal.metadata.size();
  return sum;
}

void Append::plan(commit::Draft& draft) { answer_ = append(draft, request_, tokens_); }

void Append::finish(const std::optional<Fault>& fault) {
  if (answer_ && fault) answer_ = unexpected(*fault);
  done_(request_, answer_);
}

Result<Appended> append(commit::Draft& draft, const SessionAppend& request, const decision::DecisionTokens& tokens) {
  const commit::Tenant& tenant = *request.tenant;
  const SessionDigest digest = draft.places().sessions.digest(tenant.handle.view(), request.session.view());
  const auto found = draft.find(tenant.handle, request.session, digest);
  if (!found) return unexpected(found.error());
  const SessionPtr& before = *found;
  const bool was_denied = draft.denied(digest);
  const Consent consent = consent_of(request, was_denied, before);
  if (consent == Consent::kDenied) return deny(draft, request, digest, before);
  const commit::VisitorReader reader = commit::reader_of(draft, tenant.handle, draft.now());
  const bool proven = request.trust >= commit::Trust::kProof && !request.visitor.empty() && consent == Consent::kFull;

  Appended answer;
  ledger::AppendRecord record{.handle = tenant.handle.view(),
                              .session = request.session.view(),
                              .fresh = !before,
                              .received = draft.now(),
                              .consent = consent,
                              .proven = proven,
                              .context = request.context};
  record.signals.reserve(request.signals.size());
  std::uint64_t version = before ? before->version : 0;
  const auto rules = draft.rules_of(tenant.handle);
  for (std::size_t i = 0; i < request.signals.size(); ++i) {
    Signal signal = request.signals[i];
    if (!signal.id.empty()) {
      const std::uint64_t id = ledger::remembered(signal.id);
      const bool seen = (before && std::ranges::find(before->ids, id) != before->ids.end()) ||
                        std::ranges::find(record.ids, id) != record.ids.end();
      if (seen) {
        ++answer.duplicates;
        answer.repeated.push_back(i);
        continue;
      }
      record.ids.push_back(id);
    }
    signal.at = behind_its_second(before, record.signals, signal);
    signal.version = ++version;
    signal.place = draft.take_place();
    signal.is_read = rules && rules->reads(signal.key);
    if (consent == Consent::kBasic) signal.metadata = {};
    record.signals.push_back(signal);
  }
  const commit::Said said = said_in(request, record.signals);
  const auto naming = commit::naming_of(reader, tenant.settings, before, consent, said, draft.now());
  if (!naming) return unexpected(naming.error());
  record.visitor = naming->id.view();
  record.anonymous = commit::first_browser(before, consent, said, naming->id);
  if (auto fault = over_limit(before, record.signals.size(), tenant.settings.session_signals_per_minute, draft.now()))
    return unexpected(std::move(*fault));

  if (before && record.signals.empty()) record.context.clear();  // repeated requests add nothing
  Issues issues;
  static const ledger::Context kNone;
  check_context(before ? before->context : kNone, record.context, "context", issues);
  if (!issues.empty()) return unexpected(issues.fault());

  // A request without anything new neither extends the session nor changes its consent.
  const bool says_something = !record.signals.empty() || !before || consent != before->consent ||
                              !record.context.empty() || naming->says_something() || (proven && !before->proven) ||
                              !record.anonymous.empty();
  SessionPtr session = before;
  if (says_something) {
    const Duration kept = consent == Consent::kBasic
                              ? std::min(tenant.settings.basic_retention, tenant.settings.retention)
                              : tenant.settings.retention;
    record.expires_at = record.signals.empty() && before ? std::min(before->last_received + kept, draft.now() + kept)
                                                         : draft.now() + kept;
    auto appended = draft.append(digest, before, record, &answer.evicted);
    if (!appended) return unexpected(appended.error());
    session = std::move(*appended);
    commit::take_effect(draft, tenant.handle, *naming, session->expires_at);
    if (was_denied) draft.consent(digest);
    if (before && consent == Consent::kBasic && before->consent != Consent::kBasic) {
      draft.reduce(tenant.handle, request.session, digest);
      draft.renew(digest);
    }
  }
  const bool has_subscribers = !draft.places().subscriptions.of(tenant.handle)->empty();
  for (const Signal& signal : record.signals) {
    if (signal.key == "decision.shown") decision::record_shown(draft, tokens, tenant, digest, session, signal);
    count_signal(draft, tenant, tokens, digest, session, signal);
    if (!has_subscribers) continue;
    const auto payload = [&] {
      return payload_of(reader, *session, signal, proven || request.trust == commit::Trust::kRole);
    };
    // By reference, since a std::function would allocate room for so many captures.
    draft.add_event(
        tenant, event_type(signal.key), signal.at, request.session.view(), [&] { return cause_of(*session, signal); },
        std::cref(payload));
  }
  goals_may_count(draft, tenant, digest, record.signals);
  if (!record.signals.empty()) delayed::signals_came(draft, session, record.signals);
  if (!request.traits.empty()) {
    auto taken = take(draft, request, consent, session->visitor);
    if (!taken) return unexpected(taken.error());
    answer.traits = std::move(*taken);
  }
  answer.too_many_browsers = naming->too_many;
  answer.accepted = record.signals.size();
  answer.version = session->version;
  answer.signal_count = session->window.size();
  answer.expires_at = session->expires_at;
  return answer;
}

void write(json::Writer& out, const AppendRequest& request, const Appended& appended) {
  out.member("accepted", static_cast<std::int64_t>(appended.accepted))
      .member("duplicates", static_cast<std::int64_t>(appended.duplicates))
      .member("evicted", static_cast<std::int64_t>(appended.evicted))
      .member("handle", request.tenant->handle.view())
      .member("sessionId", request.session.view());
  decision::Warnings warnings = request.warnings;
  if (appended.too_many_browsers) warnings.push_back(decision::kTooManyDevices);
  decision::write_warnings(out, warnings);
  if (appended.traits) {
    out.key("traits").begin_object();
    write_members(out, *appended.traits);
    out.end_object();
  }
  if (appended.denied) {
    out.member("consent", "denied");
    return;
  }
  out.member("version", static_cast<std::int64_t>(appended.version))
      .member("signalCount", static_cast<std::int64_t>(appended.signal_count))
      .member("expiresAt", appended.expires_at);
}

}  // namespace beckon::intake
