#include "ledger/record.h"

#include <algorithm>

#include "ledger/codec.h"

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

// A copy to change, or `before` itself where nobody else can see it: in one commit many records may be of one session.
std::shared_ptr<Session> changeable(SessionPtr before) {
  if (before.use_count() == 1) return std::const_pointer_cast<Session>(std::move(before));
  return std::make_shared<Session>(*before);
}

// Drops the oldest decisions, so that kKept stay.
void trim(DecisionLog& log) {
  std::size_t from = 0;
  for (; log.count > DecisionLog::kKept; --log.count) from += past_size(std::string_view(log.bytes).substr(from));
  log.bytes.erase(0, from);
}

}  // namespace

SessionPtr applied(SessionPtr before, const AppendRecord& record, std::size_t* evicted) {
  const bool begins = record.fresh || !before;
  auto session = begins ? start(record.handle, record.session, record.received) : changeable(std::move(before));
  const bool becomes_basic = record.consent == Consent::kBasic && session->consent != Consent::kBasic;
  session->consent = record.consent;
  if (record.consent == Consent::kBasic) session->visitor = {};
  if (session->visitor.empty() && record.consent == Consent::kFull) session->visitor = VisitorId{record.visitor};
  if (!record.context.empty()) session->context = merge(session->context, record.context);
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
  if (!record.ids.empty()) remember_ids(*session, record.ids);
  return session;
}

SessionPtr applied(SessionPtr before, const DecisionRecord& record) {
  const bool begins = !before;
  auto session = begins ? start(record.handle, record.session, record.at) : changeable(std::move(before));
  if (begins) session->expires_at = record.expires_at;
  session->decisions.bytes += record.past;
  if (++session->decisions.count >= 2 * DecisionLog::kKept) trim(session->decisions);
  return session;
}

}  // namespace beckon::ledger
