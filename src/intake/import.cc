#include "intake/import.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "base/check.h"
#include "decision/request_members.h"
#include "delayed/timer_changes.h"
#include "intake/context_limit.h"
#include "intake/goals.h"
#include "intake/signal_reader.h"

namespace beckon::intake {
namespace {

using json::Value;
using ledger::Consent;
using ledger::SessionPtr;

ImportRequest::Entry read_entry(const Value& from, std::size_t index, SignalReader& reader,
                                const commit::BlockedIds& blocked, decision::Warnings& warnings, Issues& issues) {
  ImportRequest::Entry entry;
  entry.signal = reader.read(from, index);
  if (!from.is_object()) return entry;
  Issues own;
  entry.session = decision::read_session(from, true, own);
  if (from.find("otherSessionId")) entry.of_other = decision::read_session(from, true, own, "otherSessionId");
  entry.visitor = decision::admitted(decision::read_visitor(from, own), blocked, warnings);
  decision::read_anonymous(from, own);
  entry.context = decision::read_context(from, own);
  for (const std::string_view name : {"at", "id"})
    if (!from.find(name)) own.add(std::string(name), "is required");
  for (const FieldIssue& issue : own.items()) issues.add(path_of_signal(index) + "." + issue.field, issue.issue);
  return entry;
}

Consent consent_of(const commit::Tenant& tenant, const SessionPtr& session) {
  return session ? session->consent : tenant.settings.default_consent;
}

Duration kept_for(const commit::Tenant& tenant, Consent consent) {
  const commit::HandleSettings& settings = tenant.settings;
  return consent == Consent::kBasic ? std::min(settings.basic_retention, settings.retention) : settings.retention;
}

bool knows(const SessionPtr& session, std::uint64_t id) {
  return session && std::ranges::find(session->ids, id) != session->ids.end();
}

// A session's context after the entries so far.
struct ContextSoFar {
  bool begun = false;
  Instant last_received{};
  ledger::Context context;
  std::unordered_set<std::uint64_t> ids;
};

}  // namespace

Result<ImportRequest> parse_import(json::Document document, const commit::Tenants& tenants, std::string_view handle,
                                   Instant now) {
  ImportRequest request{.document = std::move(document)};
  const Value& root = request.document.root();
  if (!root.is_object())
    return unexpected(Fault{.code = FaultCode::kInvalidPayload, .message = "The body must be a JSON object."});
  auto tenant = tenants.find(handle);
  static const commit::BlockedIds kNone;
  const commit::BlockedIds& blocked = tenant ? (*tenant)->settings.blocked_ids : kNone;
  Issues issues;
  for (const json::Member& member : root.members())
    if (member.key != "signals") issues.add(std::string(member.key), "is an unknown field");
  const Value* signals = root.find("signals");
  const std::size_t count = signals ? signals->items().size() : 0;
  if (!signals)
    issues.add("signals", "is required");
  else if (count < 1 || count > kSignalsPerImport)
    issues.add("signals", "must be a list of 1 to 500 signals");
  if (issues.empty()) {
    request.texts.reserve(count);
    request.entries.reserve(count);
    SignalReader reader(request.texts, now, std::nullopt, issues);
    for (std::size_t i = 0; i < count; ++i)
      request.entries.push_back(read_entry(signals->items()[i], i, reader, blocked, request.warnings, issues));
  }
  if (!issues.empty()) return unexpected(issues.fault());
  if (!tenant) return unexpected(tenant.error());
  request.tenant = std::move(*tenant);
  return request;
}

std::size_t Import::bytes() const {
  std::size_t sum = 0;
  for (const ImportRequest::Entry& entry : request_.entries)
    sum += 512 + entry.signal.value.size() + entry.signal.metadata.size();  // each may be of a different session
  return sum;
}

void Import::plan(commit::Draft& draft) {
  answer_ = Imported{.warnings = request_.warnings};
  auto fault = find_sessions(draft);
  if (!fault) fault = check_contexts(draft);
  if (fault) {
    answer_ = unexpected(std::move(*fault));
    return;
  }
  for (const ImportRequest::Entry& entry : request_.entries) take(draft, entry);
  sessions_.clear();
}

// Reads all before the first is changed: a request is applied completely or not at all.
std::optional<Fault> Import::find_sessions(commit::Draft& draft) {
  const Handle& handle = request_.tenant->handle;
  std::unordered_map<ledger::SessionDigest, VisitorId> visitors;  // of the sessions, as they will be
  for (ImportRequest::Entry& entry : request_.entries) {
    if (auto fault = draft.read_ahead(handle, entry.visitor.view())) return fault;
    auto digest = draft.places().sessions.digest(handle.view(), entry.session.view());
    if (auto fault = find_session(draft, entry.session, digest)) return fault;
    const SessionPtr& found = sessions_.at(digest);
    VisitorId& visitor = visitors.try_emplace(digest, found ? found->visitor : VisitorId{}).first->second;
    if (visitor.empty()) visitor = entry.visitor;
    if (entry.of_other.view().empty() || entry.visitor.empty() || visitor == entry.visitor) continue;
    entry.session = entry.of_other;
    digest = draft.places().sessions.digest(handle.view(), entry.session.view());
    if (auto fault = find_session(draft, entry.session, digest)) return fault;
  }
  return std::nullopt;
}

std::optional<Fault> Import::find_session(commit::Draft& draft, const SessionId& id,
                                          const ledger::SessionDigest& digest) {
  const Handle& handle = request_.tenant->handle;
  if (sessions_.contains(digest)) return std::nullopt;
  auto found = draft.find(handle, id, digest);
  if (!found) return found.error();
  if (auto fault = draft.read_ahead(handle, *found ? (*found)->visitor.view() : std::string_view{})) return fault;
  sessions_.emplace(digest, std::move(*found));
  return std::nullopt;
}

// Like `take`, entry by entry: an entry that is left out adds no context, nor does one older than the session's
// newest.
std::optional<Fault> Import::check_contexts(const commit::Draft& draft) const {
  const commit::Tenant& tenant = *request_.tenant;
  if (std::ranges::all_of(request_.entries, [](const auto& entry) { return entry.context.empty(); }))
    return std::nullopt;
  std::unordered_map<ledger::SessionDigest, ContextSoFar> all;
  Issues issues;
  for (std::size_t i = 0; i < request_.entries.size(); ++i) {
    const ImportRequest::Entry& entry = request_.entries[i];
    const auto digest = draft.places().sessions.digest(tenant.handle.view(), entry.session.view());
    const SessionPtr& session = sessions_.at(digest);
    const Consent consent = draft.denied(digest) ? Consent::kDenied : consent_of(tenant, session);
    if (consent == Consent::kDenied || entry.signal.at + kept_for(tenant, consent) <= draft.now()) continue;
    const auto [place, is_new] = all.try_emplace(digest);
    ContextSoFar& so_far = place->second;
    if (is_new && session)
      so_far = {.begun = true, .last_received = session->last_received, .context = session->context, .ids = {}};
    const std::uint64_t id = ledger::remembered(entry.signal.id);
    if (knows(session, id) || !so_far.ids.insert(id).second) continue;
    const Instant received = std::min(entry.signal.at, draft.now());
    if (so_far.begun && received < so_far.last_received) continue;
    so_far.begun = true;
    so_far.last_received = received;
    const std::size_t faults = issues.items().size();
    check_context(so_far.context, entry.context, "signals[" + std::to_string(i) + "].context", issues);
    if (issues.items().size() == faults) so_far.context = ledger::merge(so_far.context, entry.context);
  }
  if (issues.empty()) return std::nullopt;
  return issues.fault();
}

void Import::finish(const std::optional<Fault>& fault) {
  if (answer_ && fault) answer_ = unexpected(*fault);
  done_(answer_);
}

void Import::take(commit::Draft& draft, const ImportRequest::Entry& entry) {
  const commit::Tenant& tenant = *request_.tenant;
  const auto digest = draft.places().sessions.digest(tenant.handle.view(), entry.session.view());
  SessionPtr& before = sessions_.at(digest);
  const Consent consent = draft.denied(digest) ? Consent::kDenied : consent_of(tenant, before);
  if (consent == Consent::kDenied) return void(++answer_->denied);
  const Duration kept = kept_for(tenant, consent);
  if (entry.signal.at + kept <= draft.now()) return void(++answer_->beyond_retention);
  const std::uint64_t id = ledger::remembered(entry.signal.id);
  if (knows(before, id)) return void(++answer_->duplicates);

  ledger::AppendRecord record{.handle = tenant.handle.view(),
                              .session = entry.session.view(),
                              .fresh = !before,
                              .received = std::min(entry.signal.at, draft.now()),
                              .consent = consent};
  record.ids = {id};
  if (!before || record.received >= before->last_received) record.context = entry.context;
  if (consent == Consent::kFull && (!before || before->visitor.empty())) record.visitor = entry.visitor.view();
  record.proven = !record.visitor.empty();
  record.expires_at = std::max(before ? before->expires_at : Instant{}, record.received + kept);
  ledger::Signal& signal = record.signals.emplace_back(entry.signal);
  signal.version = before ? before->version + 1 : 1;
  signal.place = draft.take_place();
  signal.received = record.received;
  const auto rules = draft.rules_of(tenant.handle);
  signal.is_read = rules && rules->reads(signal.key);
  if (consent == Consent::kBasic) signal.metadata = {};
  std::size_t evicted = 0;
  auto appended = draft.append(digest, std::move(before), record, &evicted);
  CHECK(appended.has_value());  // everything was read in advance
  before = std::move(*appended);
  goals_may_count(draft, tenant, digest, record.signals);
  delayed::signals_imported(draft, before, record.signals);
  answer_->evicted += evicted;
  ++answer_->accepted;
}

void write(json::Writer& out, const Imported& imported) {
  out.member("accepted", static_cast<std::int64_t>(imported.accepted))
      .member("duplicates", static_cast<std::int64_t>(imported.duplicates))
      .member("evicted", static_cast<std::int64_t>(imported.evicted))
      .member("beyondRetention", static_cast<std::int64_t>(imported.beyond_retention))
      .member("denied", static_cast<std::int64_t>(imported.denied));
  decision::write_warnings(out, imported.warnings);
}

}  // namespace beckon::intake
