#include "ledger/record.h"

#include <algorithm>

#include "ledger/codec.h"

namespace beckon::ledger {
namespace {

// Arrivals older than this no longer count toward the limit of a rolling minute.
constexpr Duration kMinute{60'000};

// Sessions are long-lived, so they reserve exactly what they need; a vector would double its capacity.
template <class Value>
void make_room(std::vector<Value>& values, std::size_t more) {
  values.reserve(values.size() + more);
}

void remember_arrival(Session& session, Instant received, std::size_t count) {
  std::erase_if(session.arrivals, [&](const auto& arrival) { return arrival.first <= received - kMinute; });
  if (count == 0) return;
  if (!session.arrivals.empty() && session.arrivals.back().first == received) {
    session.arrivals.back().second += static_cast<std::uint32_t>(count);
    return;
  }
  make_room(session.arrivals, 1);
  session.arrivals.emplace_back(received, static_cast<std::uint32_t>(count));
}

// Keeps the last `most`.
template <class Value>
void keep_newest(std::vector<Value>& values, std::size_t most) {
  if (values.size() > most) values.erase(values.begin(), values.end() - static_cast<std::ptrdiff_t>(most));
}

void remember_ids(Session& session, const std::vector<std::uint64_t>& ids) {
  make_room(session.ids, ids.size());
  session.ids.insert(session.ids.end(), ids.begin(), ids.end());
  keep_newest(session.ids, Session::kIdsRemembered);
}

void remember_spends(Session& session, const std::vector<Spend>& spends) {
  make_room(session.spends, spends.size());
  for (const Spend& spend : spends)
    session.spends.insert(std::ranges::upper_bound(session.spends, spend.at, {}, &Spend::at), spend);
  keep_newest(session.spends, kSpendsKept);
}

void take_counted(Session& session, const std::vector<Subtotal>& more, std::uint64_t of) {
  if (more.empty()) return;
  auto counted = session.counted ? std::make_shared<Counted>(*session.counted) : std::make_shared<Counted>();
  counted->take(more, of);
  session.counted = counted->all.empty() ? nullptr : std::move(counted);
}

// Whether the session keeps what it counts. Once it has a visitor, the own record of the id does so.
bool keeps_counts(Session& session) {
  const bool keeps = session.consent == Consent::kFull && session.visitor.empty();
  if (!keeps) session.counted = nullptr;
  return keeps;
}

// Removes, or folds, what the session `of` has counted.
void settle_counted(Session& visitor, std::uint64_t of, bool folds) {
  if (!visitor.counted || !visitor.counted->has(of)) return;
  auto counted = std::make_shared<Counted>(*visitor.counted);
  folds ? counted->fold(of) : counted->remove(of);
  visitor.counted = counted->all.empty() ? nullptr : std::move(counted);
}

// A session keeps the first visitor named with full consent; until then its browser's. It also keeps its first browser.
void take_visitor(Session& session, std::string_view said, std::string_view anonymous, bool begins, bool proven) {
  if (session.consent != Consent::kFull) {
    session.visitor = {};
    session.anonymous = {};
    session.begun_by_visitor = session.proven = false;
    return;
  }
  if (takes(session.visitor.view(), said)) {
    if (!session.browser().empty()) session.anonymous = std::string(session.browser());
    session.visitor = VisitorId{said};
    session.begun_by_visitor = begins && !is_browser(said);
  }
  if (session.browser().empty()) session.anonymous = anonymous;
  session.proven = session.proven || proven;
}

std::shared_ptr<Session> start(std::string_view handle, std::string_view id, Instant at, Position row) {
  auto session = std::make_shared<Session>();
  session->handle = Handle{handle};
  session->id = SessionId{id};
  session->created = at;
  session->began = row;
  session->last_received = at;
  return session;
}

// A copy to change, or `before` itself if it has no other owner: one commit may have many records of one session.
std::shared_ptr<Session> changeable(SessionPtr before) {
  if (before.use_count() == 1) return std::const_pointer_cast<Session>(std::move(before));
  return std::make_shared<Session>(*before);
}

// At twice kKept, the oldest are dropped, so that kKept remain.
void remember_decision(DecisionLog& log, std::string_view past) {
  std::size_t from = 0;
  if (log.count + 1 >= 2 * DecisionLog::kKept)
    for (; log.count + 1 > DecisionLog::kKept; --log.count) from += past_size(std::string_view(log.bytes).substr(from));
  const std::string_view kept = std::string_view(log.bytes).substr(from);
  std::string bytes;
  bytes.reserve(kept.size() + past.size());
  bytes.append(kept).append(past);
  log.bytes = std::move(bytes);
  ++log.count;
}

}  // namespace

SessionPtr applied(SessionPtr before, const AppendRecord& record, Position row, std::size_t* evicted) {
  const bool begins = record.fresh || !before;
  auto session = begins ? start(record.handle, record.session, record.received, row) : changeable(std::move(before));
  const bool becomes_basic = record.consent == Consent::kBasic && session->consent != Consent::kBasic;
  session->consent = record.consent;
  take_visitor(*session, record.visitor, record.anonymous, begins, record.proven);
  if (!record.context.empty()) session->context = merge(session->context, record.context);
  session->last_received = std::max(session->last_received, record.received);
  session->expires_at = record.expires_at;
  if (becomes_basic && !session->window.empty()) session->window = session->window.without_metadata();
  if (!record.signals.empty()) {
    std::size_t left = 0;
    session->window = std::move(session->window).with(record.signals, left, record.waiting);
    session->version = record.signals.back().version;
    if (evicted) *evicted = left;
  }
  remember_arrival(*session, record.received, record.signals.size());
  if (!record.ids.empty()) remember_ids(*session, record.ids);
  if (keeps_counts(*session)) take_counted(*session, record.counted, 0);
  return session;
}

SessionPtr applied(SessionPtr before, const DecisionRecord& record, Position row) {
  const bool begins = !before || before->expires_at <= record.at;
  auto session = begins ? start(record.handle, record.session, record.at, row) : changeable(std::move(before));
  if (begins) {
    session->expires_at = record.expires_at;
    session->consent = record.basic ? Consent::kBasic : Consent::kFull;
  }
  if (!record.visitor.empty() || !record.anonymous.empty() || record.proven)
    take_visitor(*session, record.visitor, record.anonymous, begins, record.proven);
  keeps_counts(*session);
  if (!record.spends.empty()) remember_spends(*session, record.spends);
  if (record.shown) {
    make_room(session->shown, 1);
    session->shown.push_back(remembered(past_id(record.past)));
    keep_newest(session->shown, Session::kShownRemembered);
  }
  remember_decision(session->decisions, record.past);
  return session;
}

namespace {

constexpr std::size_t kManyDone = 64;

// A signal that has left the window no longer starts a wait.
void forget_old_anchors(Session& session) {
  std::vector<std::uint64_t> there(session.window.size());
  for (std::size_t i = 0; i < there.size(); ++i) there[i] = session.window[i].version;
  std::ranges::sort(there);
  std::erase_if(session.done, [&](const DoneAnchor& one) { return !std::ranges::binary_search(there, one.version); });
}

}  // namespace

SessionPtr applied(SessionPtr before, const DoneRecord& record) {
  if (!before) return nullptr;
  auto session = changeable(std::move(before));
  if (session->done.size() >= kManyDone) forget_old_anchors(*session);
  std::erase_if(session->done, [&](const DoneAnchor& one) { return one.rule == record.done.rule; });
  make_room(session->done, 1);
  session->done.push_back(record.done);
  keep_newest(session->done, Session::kAnchorsDone);
  return session;
}

SessionPtr applied(SessionPtr before, const MarkRecord& record) {
  if (!before) return nullptr;
  auto session = changeable(std::move(before));
  remember_spends(*session, {record.mark});
  return session;
}

SessionPtr applied(SessionPtr before, const FilledRecord& record) {
  if (!before) return nullptr;
  auto session = changeable(std::move(before));
  session->window = session->window.filled(record.keys, record.signals, record.waiting);
  return session;
}

SessionPtr applied(SessionPtr before, const VisitorRecord& record, Position row) {
  const bool leaves = record.session.empty();
  if (record.fresh) before = nullptr;
  if (!before && (leaves || record.folds)) return nullptr;
  auto visitor =
      before ? changeable(std::move(before)) : start(record.handle, own_record(record.visitor).view(), record.at, row);
  const auto same = [&](const Joined& joined) { return joined.digest == record.of; };
  if (record.folds) {
    settle_counted(*visitor, record.of.low, true);
    return visitor;
  }
  if (leaves) {
    settle_counted(*visitor, record.of.low, false);
    std::erase_if(visitor->sessions, same);
    std::erase_if(visitor->spends, [&](const Spend& spend) { return spend.session == record.of.low; });
    const bool stays = record.moved || !visitor->sessions.empty() || !visitor->spends.empty() || visitor->identity ||
                       visitor->traits || visitor->counted;
    return stays ? visitor : nullptr;
  }
  if (record.joined) std::erase_if(visitor->sessions, same);
  if (std::ranges::none_of(visitor->sessions, same)) {
    make_room(visitor->sessions, 1);
    visitor->sessions.push_back({SessionId{record.session}, record.of, record.at});
    keep_newest(visitor->sessions, Session::kSessionsJoined);
  }
  remember_spends(*visitor, record.spends);
  take_counted(*visitor, record.counted, record.of.low);
  visitor->last_received = std::max(visitor->last_received, record.at);
  visitor->expires_at = std::max(visitor->expires_at, record.expires_at);
  return visitor;
}

SessionPtr applied(SessionPtr before, const IdentityRecord& record, Position row) {
  if (record.fresh) before = nullptr;
  auto visitor =
      before ? changeable(std::move(before)) : start(record.handle, own_record(record.visitor).view(), record.at, row);
  visitor->identity = record.identity.empty() ? nullptr : std::make_shared<const Identity>(record.identity);
  visitor->last_received = std::max(visitor->last_received, record.at);
  visitor->expires_at = std::max(visitor->expires_at, record.expires_at);
  return visitor;
}

SessionPtr applied(SessionPtr before, const TraitsRecord& record, Position row) {
  if (record.fresh) before = nullptr;
  auto visitor =
      before ? changeable(std::move(before)) : start(record.handle, own_record(record.visitor).view(), record.at, row);
  Traits traits = visitor->traits ? visitor->traits->unpacked() : Traits{};
  for (const TraitChange& change : record.changes) take(traits, change);
  drop_old_marks(traits);
  std::erase_if(traits.ids, [&](const auto& one) { return one.second <= record.at - Traits::kIdsKept; });
  if (record.id != 0) traits.ids.emplace_back(record.id, record.at);
  keep_newest(traits.ids, Traits::kIdsRemembered);
  visitor->traits = std::make_shared<const PackedTraits>(traits);
  visitor->last_received = std::max(visitor->last_received, record.at);
  visitor->expires_at = std::max(visitor->expires_at, record.expires_at);
  return visitor;
}

}  // namespace beckon::ledger
