#include "ledger/record.h"

#include <algorithm>

namespace beckon::ledger {
namespace {

// Arrivals older than this no longer count toward the limit of a rolling minute.
constexpr Duration kMinute{60'000};

void remember_arrival(Session& session, Instant received, std::size_t count) {
  std::erase_if(session.arrivals, [&](const auto& arrival) { return arrival.first <= received - kMinute; });
  if (count == 0) return;
  if (!session.arrivals.empty() && session.arrivals.back().first == received)
    session.arrivals.back().second += static_cast<std::uint32_t>(count);
  else
    session.arrivals.emplace_back(received, static_cast<std::uint32_t>(count));
}

void remember_ids(Session& session, const std::vector<std::uint64_t>& ids) {
  session.ids.insert(session.ids.end(), ids.begin(), ids.end());
  if (session.ids.size() > Session::kIdsRemembered)
    session.ids.erase(session.ids.begin(), session.ids.end() - static_cast<std::ptrdiff_t>(Session::kIdsRemembered));
}

std::shared_ptr<Session> start(std::string_view handle, std::string_view id, Instant at) {
  auto session = std::make_shared<Session>();
  session->handle = Handle{handle};
  session->id = SessionId{id};
  session->created = at;
  session->last_received = at;
  return session;
}

}  // namespace

SessionPtr applied(const SessionPtr& before, const AppendRecord& record, std::size_t* evicted) {
  const bool begins = record.fresh || !before;
  auto session = begins ? start(record.handle, record.session, record.received) : std::make_shared<Session>(*before);
  const bool becomes_basic = record.consent == Consent::kBasic && session->consent != Consent::kBasic;
  session->consent = record.consent;
  if (record.consent == Consent::kBasic) session->visitor = {};
  if (session->visitor.empty() && record.consent == Consent::kFull) session->visitor = VisitorId{record.visitor};
  session->context = merge(session->context, record.context);
  session->last_received = std::max(session->last_received, record.received);
  session->expires_at = record.expires_at;
  if (becomes_basic && !session->window.empty()) session->window = session->window.without_metadata();
  if (!record.signals.empty()) {
    std::size_t left = 0;
    session->window = session->window.with(record.signals, left);
    session->version = record.signals.back().version;
    if (evicted) *evicted = left;
  }
  remember_arrival(*session, record.received, record.signals.size());
  remember_ids(*session, record.ids);
  return session;
}

SessionPtr applied(const SessionPtr& before, const DecisionRecord& record) {
  auto session = before ? std::make_shared<Session>(*before) : start(record.handle, record.session, record.decision.at);
  if (!before) session->expires_at = record.expires_at;
  auto decisions = std::make_shared<std::vector<PastDecision>>();
  if (session->decisions) *decisions = *session->decisions;
  decisions->push_back(record.decision);
  if (decisions->size() > Session::kDecisionsKept) decisions->erase(decisions->begin());
  session->decisions = std::move(decisions);
  return session;
}

}  // namespace beckon::ledger
