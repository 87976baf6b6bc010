#include "neighbours/append_messages.h"

#include <algorithm>
#include <ranges>

#include "base/utf8.h"
#include "commit/visitor.h"
#include "decision/request_members.h"

namespace beckon::neighbours {
namespace {

using intake::Appended;
using ledger::SessionPtr;

// Of a visitor's sessions, those that joined last; after the first few, only those in memory, as sessions of the last
// half hour are.
constexpr std::size_t kSessionsLookedAt = 100, kSessionsRead = 20;

bool remembers(const SessionPtr& session, std::string_view id) {
  return session && !id.empty() && std::ranges::find(session->ids, ledger::remembered(id)) != session->ids.end();
}

std::string sentence(const Issues& issues) {
  std::string all;
  for (const FieldIssue& issue : issues.items()) all += (all.empty() ? "" : "; ") + issue.field + " " + issue.issue;
  return all;
}

// Temporary errors: the message must be sent again.
bool passes(FaultCode code) {
  return code == FaultCode::kRateLimited || code == FaultCode::kUnavailable || code == FaultCode::kInternalError;
}

std::vector<SessionPtr> sessions_of(commit::Draft& draft, const Handle& handle,
                                    const std::vector<SessionPtr>& records) {
  std::vector<SessionPtr> sessions;
  std::size_t looked_at = 0;
  for (const SessionPtr& record : records)
    for (auto one = record->sessions.rbegin(); one != record->sessions.rend(); ++one) {
      if (looked_at == kSessionsLookedAt) return sessions;
      SessionPtr session = draft.staged(one->digest);
      if (!session) session = draft.places().sessions.in_memory(one->digest);
      if (!session && looked_at < kSessionsRead) session = draft.find(handle, one->id, one->digest).value_or(nullptr);
      ++looked_at;
      if (session && session->expires_at > draft.now()) sessions.push_back(std::move(session));
    }
  return sessions;
}

// The lowest consent of the categories that the visitor refused; full if they accepted all that the handle knows;
// std::nullopt if none of those was given.
std::optional<ledger::Consent> consent_of(const Message& message, const commit::HandleSettings& settings) {
  std::optional<ledger::Consent> consent;
  for (const auto& [category, accepted] : message.consents)
    for (const auto& [known, refused] : settings.consent_categories)
      if (category == known)
        consent = std::max(consent.value_or(ledger::Consent::kFull), accepted ? ledger::Consent::kFull : refused);
  return consent;
}

}  // namespace

struct AppendMessages::Ready {
  Message* message;
  VisitorId visitor;  // empty if not given, or not trusted
  commit::Trust trust;
  std::optional<ledger::Consent> consent;

  bool is_of_browser() const { return !message->session.empty(); }
  bool is_like(const Ready& other) const {
    return message->session == other.message->session && message->anonymous == other.message->anonymous &&
           visitor == other.visitor && consent == other.consent && message->family == other.message->family &&
           message->traits.empty() && other.message->traits.empty();
  }
};

struct AppendMessages::Place {
  SessionId session;
  bool has_it = false;             // the session has the message already
  std::vector<SessionPtr> others;  // the visitor's other sessions, if no browser is given

  // The one of these that already has the message.
  SessionPtr holder_of(const Message& message) const {
    const auto found = std::ranges::find_if(others, [&](const auto& one) { return remembers(one, message.signal_id); });
    return found == others.end() ? nullptr : *found;
  }
};

AppendMessages::~AppendMessages() = default;

AppendMessages::AppendMessages(Batch batch, Sender sender, Allowance allowance, Instant received,
                               const decision::DecisionTokens& tokens, Trace trace, Done done)
    : batch_(std::move(batch)),
      sender_(std::move(sender)),
      allowance_(std::move(allowance)),
      tokens_(tokens),
      trace_(std::move(trace)),
      done_(std::move(done)) {
  ready_.reserve(batch_.messages.size());
  for (const auto& message : batch_.messages) prepare(*message, received);
  std::ranges::stable_sort(ready_, {}, [](const Ready& ready) { return ready.message->signal.at; });
}

void AppendMessages::prepare(Message& message, Instant received) {
  const commit::Tenant& tenant = *sender_.tenant;
  message.signal.received = received;
  message.signal.at = instant_of(message.said, message.sent, received);
  message.signal.said = message.said.value_or(Instant{});
  message.traits.at = message.signal.at;
  if (message.signal.at <= received - tenant.settings.retention)
    message.issues.add("timestamp", "is older than the retention of " + to_text(tenant.settings.retention));
  Ready ready{.message = &message, .visitor = {}, .trust = {}, .consent = consent_of(message, tenant.settings)};
  if (!message.visitor.empty())
    ready.visitor = decision::admitted(VisitorId{message.visitor}, tenant.settings.blocked_ids, applied_.warnings);
  decision::Warnings warnings;
  ready.trust = decision::trust_in(tenant, ready.visitor, std::nullopt, sender_.with_role, received, warnings);
  for (const std::string_view code : warnings)
    if (std::ranges::find(applied_.warnings, code) == applied_.warnings.end()) applied_.warnings.push_back(code);
  if (message.issues.empty() && ready.visitor.empty() && !ready.is_of_browser())
    message.issues.add("userId", message.visitor.empty() ? "is required, or an anonymousId"
                                                         : "names nobody here, and there is no anonymousId");
  if (!message.issues.empty()) return reject(message, FaultCode::kValidationError, sentence(message.issues));
  if (message.too_many_traits) reject(message, std::nullopt, "traits: only the first 100 were taken");
  ready_.push_back(std::move(ready));
}

// Including the document, which is in memory until the commit.
std::size_t AppendMessages::bytes() const {
  std::size_t sum = batch_.bytes;
  for (const Ready& ready : ready_)
    sum += 512 + ready.message->signal.value.size() + ready.message->metadata.size();  // as for an import
  return sum;
}

void AppendMessages::plan(commit::Draft& draft) {
  for (std::size_t at = 0; at < ready_.size();) at += plan_run(draft, at);
}

void AppendMessages::finish(const std::optional<Fault>& fault) {
  fault ? done_(unexpected(*fault)) : done_(std::move(applied_));
}

// Similar messages are appended to their session together, which changes it only once. Returns how many were planned; 0
// if they must be planned one by one.
std::size_t AppendMessages::plan_run(commit::Draft& draft, std::size_t first) {
  const Ready& ready = ready_[first];
  Place place = place_of(draft, ready);
  std::size_t count = 1;
  const auto joins = [&](const Ready& next) { return ready.is_like(next) && !place.holder_of(*next.message); };
  if (first >= one_by_one_ && !place.has_it)
    while (first + count < ready_.size() && joins(ready_[first + count])) ++count;
  if (count > allowance_.most) count = 1;
  if (allowance_.most == 0) {
    is_known(draft, ready, place) ? void(++applied_.duplicates) : put_off(*allowance_.beyond);
    return 1;
  }
  const std::span run = std::span(ready_).subspan(first, count);
  const auto appended = append(draft, run, place);
  if (!appended && count > 1) {
    one_by_one_ = first + count;
    return 0;
  }
  take(run, appended, place);
  return count;
}

AppendMessages::Place AppendMessages::place_of(commit::Draft& draft, const Ready& ready) const {
  const Message& message = *ready.message;
  if (ready.is_of_browser()) return {.session = SessionId{message.session}};
  Place place{.session = SessionId{session_of_visitor(message.family, ready.visitor.text, sender_.with_role)}};
  // A sender who only knows a visitor's id may not write to the visitor's sessions.
  if (ready.trust == commit::Trust::kNone) return place;
  const Handle& handle = sender_.tenant->handle;
  const auto records = commit::reader_of(draft, handle, draft.now()).records(ready.visitor);
  if (!records) return place;  // append will report it
  place.others = sessions_of(draft, handle, *records);
  SessionPtr chosen = place.holder_of(message);
  place.has_it = chosen != nullptr;
  if (!chosen)
    for (const SessionPtr& one : place.others)
      if (!is_of_pages(one->id.view()) && (!chosen || chosen->last_received < one->last_received)) chosen = one;
  if (!chosen || (!place.has_it && draft.now() - chosen->last_received >= kSameVisit)) return place;
  place.session = chosen->id;
  std::erase(place.others, chosen);
  return place;
}

Result<Appended> AppendMessages::append(commit::Draft& draft, std::span<const Ready> run, Place& place) const {
  const Ready& first = run.front();
  intake::SessionAppend request{.tenant = sender_.tenant,
                                .session = place.session,
                                .visitor = first.visitor,
                                .anonymous = first.message->anonymous,
                                .consent = first.consent,
                                .at_most_basic = sender_.at_most_basic,
                                .trust = first.trust,
                                .traits = first.message->traits,
                                .context = first.message->context,
                                .signals = {}};
  request.signals.reserve(run.size());
  for (const Ready& ready : run) {
    request.signals.push_back(ready.message->signal);
    if (&ready != &first) request.context = ledger::merge(request.context, ready.message->context);
  }
  auto appended = intake::append(draft, request, tokens_);
  if (appended || appended.error().code != FaultCode::kConflict) return appended;
  place.session = SessionId{session_of_other(first.message->family, place.session.view(), first.visitor.view())};
  request.session = place.session;
  return intake::append(draft, request, tokens_);
}

void AppendMessages::take(std::span<const Ready> run, const Result<Appended>& appended, const Place& place) {
  const Message& first = *run.front().message;
  if (!appended) {
    if (passes(appended.error().code)) return put_off(appended.error());
    const auto& details = appended.error().details;
    return reject(first, appended.error().code,
                  details.empty() ? appended.error().message : details.front().field + " " + details.front().issue);
  }
  applied_.accepted += appended->accepted;
  applied_.duplicates += appended->duplicates;
  if (appended->denied) applied_.denied += run.size();
  allowance_.most -= std::min(allowance_.most, appended->accepted);
  if (appended->too_many_browsers &&
      std::ranges::find(applied_.warnings, decision::kTooManyDevices) == applied_.warnings.end())
    applied_.warnings.push_back(decision::kTooManyDevices);
  if (appended->traits)
    for (const auto& [trait, reason] : appended->traits->refused)
      reject(first, std::nullopt, "traits." + trait + " " + reason);
  note(run, *appended, place.session);
}

// Notes which of them were stored, for the Sources page.
void AppendMessages::note(std::span<const Ready> run, const Appended& appended, const SessionId& session) {
  if (appended.denied) return;
  auto repeated = appended.repeated.begin();
  for (std::size_t i = 0; i < run.size(); ++i) {
    if (repeated != appended.repeated.end() && *repeated == i) {
      ++repeated;
      continue;
    }
    const Message& message = *run[i].message;
    if (!message.cut_names.empty()) ++applied_.cut;
    auto& arrival = applied_.arrivals.emplace_back(message.signal.received, std::string(message.signal.source),
                                                   message.key, session.text);
    for (const std::string_view name : message.cut_names | std::views::take(kCutNamesKept))
      arrival.cut.emplace_back(first_characters(name, kNameKept));
    if (applied_.arrivals.size() > kArrivalsKept) applied_.arrivals.pop_front();
  }
}

bool AppendMessages::is_known(commit::Draft& draft, const Ready& ready, const Place& place) const {
  const Handle& handle = sender_.tenant->handle;
  const SessionId other{session_of_other(ready.message->family, place.session.view(), ready.visitor.view())};
  for (const SessionId& id : {place.session, other}) {
    const auto found = draft.find(handle, id, draft.places().sessions.digest(handle.view(), id.view()));
    if (found && remembers(*found, ready.message->signal_id)) return true;
  }
  return false;
}

void AppendMessages::reject(const Message& message, std::optional<FaultCode> code, std::string issue) {
  auto& all = applied_.rejected;
  if (code) ++applied_.refused;
  const auto place = std::ranges::upper_bound(all, message.index, {}, &Rejected::index);
  if (place == all.end() && all.size() == kRefusalsKept) return;
  all.insert(place, {message.index, std::string(first_characters(message.id, 128)), code,
                     std::string(message.signal.source), std::move(issue)});
  if (all.size() > kRefusalsKept) all.pop_back();
}

// The longest wait counts, so that senders who respect it need not send a third time.
void AppendMessages::put_off(const Fault& fault) {
  const bool waits_longer =
      applied_.again && fault.rate && applied_.again->rate && fault.rate->reset > applied_.again->rate->reset;
  if (!applied_.again || waits_longer) applied_.again = fault;
}

}  // namespace beckon::neighbours
