// What sessions do to their visitors' own records: part of Draft.
#include <algorithm>

#include "base/check.h"
#include "commit/draft.h"

namespace beckon::commit {

using ledger::SessionDigest;
using ledger::SessionPtr;

Result<Draft::Visit> Draft::visit(const Handle& handle, const SessionPtr& before, ledger::Consent after,
                                  std::string_view said, bool touches) {
  Visit visit;
  const bool known = before && !before->visitor.empty();
  visit.leaves = known && after != ledger::Consent::kFull;
  visit.joins = !known && !said.empty() && after == ledger::Consent::kFull;
  if (!visit.leaves && !visit.joins && !(known && touches)) return visit;
  visit.visitor = known ? before->visitor : VisitorId{said};
  const SessionId id = ledger::own_record(visit.visitor.view());
  visit.own = places_.sessions.digest(handle.view(), id.view());
  auto record = own_record(handle, id, visit.own);
  if (!record) return unexpected(record.error());
  visit.record = std::move(*record);
  return visit;
}

Result<SessionPtr> Draft::own_record(const Handle& handle, const SessionId& id, const SessionDigest& own) {
  if (unmade_.contains(own) && !staged_.contains(own)) return SessionPtr{};
  auto record = find(handle, id, own);
  if (record && !*record) unmade_.insert(own);
  return record;
}

std::optional<Fault> Draft::read_ahead(const Handle& handle, std::string_view visitor) {
  if (visitor.empty()) return std::nullopt;
  const SessionId id = ledger::own_record(visitor);
  const auto record = own_record(handle, id, places_.sessions.digest(handle.view(), id.view()));
  return record ? std::nullopt : std::optional(record.error());
}

void Draft::follow(Visit visit, const SessionDigest& digest, const ledger::Session& session, Instant expires_at,
                   const std::vector<ledger::Spend>& spends) {
  if (visit.visitor.empty()) return;
  if (visit.leaves) return leave(std::move(visit), session.handle, digest);
  if (visit.joins) moves_.push_back({session.handle, digest, visit.own});
  const bool prolongs = !visit.record || visit.record->expires_at - now() < (expires_at - now()) / 2;
  if (!visit.joins && spends.empty() && !prolongs) return;
  const ledger::VisitorRecord record{.handle = session.handle.view(),
                                     .visitor = visit.visitor.view(),
                                     .own = visit.own,
                                     .session = session.id.view(),
                                     .of = digest,
                                     .fresh = !visit.record,
                                     .joined = visit.joins,
                                     .at = now(),
                                     .expires_at = expires_at,
                                     .spends = visit.joins ? session.spends : spends};
  if (record.fresh) end_former_life(visit.own);
  ledger::append_record(batch_.journal, record);
  release(visit.own);
  stage(visit.own, ledger::applied(std::move(visit.record), record, row_));
}

void Draft::leave(Visit visit, const Handle& handle, const SessionDigest& digest) {
  moves_.push_back({handle, digest, visit.own});
  if (!visit.record) return;
  const ledger::VisitorRecord record{
      .handle = handle.view(), .visitor = visit.visitor.view(), .own = visit.own, .of = digest, .at = now()};
  const SessionId id = visit.record->id;
  const ledger::Position began = visit.record->began;
  release(visit.own);
  SessionPtr after = ledger::applied(std::move(visit.record), record);
  if (!after) return erase(handle, id, visit.own, "", std::nullopt, began);
  ledger::append_record(batch_.journal, record);
  stage(visit.own, std::move(after));
  renew(visit.own);
}

std::optional<Fault> Draft::forget(const Handle& handle, const SessionId& id, const SessionDigest& digest,
                                   std::string reason, std::optional<Instant> denied_until) {
  const auto session = kept(handle, id, digest);
  if (!session) return session.error();
  auto visit = this->visit(handle, *session, ledger::Consent::kDenied, {}, false);
  if (!visit) return visit.error();
  // Of one that was never seen, as most are that deny, there is nothing before this commit.
  const ledger::Position unseen = denied_until ? row_ : 0;
  erase(handle, id, digest, std::move(reason), denied_until, *session ? (*session)->began : unseen);
  if (visit->leaves) leave(std::move(*visit), handle, digest);
  return std::nullopt;
}

std::optional<Fault> Draft::forget_visitor(const Handle& handle, const VisitorId& visitor,
                                           std::span<const ledger::Joined> sessions, const std::string& reason,
                                           std::span<const ledger::PastSession> past) {
  const SessionId own = ledger::own_record(visitor.view());
  const SessionDigest digest = places_.sessions.digest(handle.view(), own.view());
  const auto record = kept(handle, own, digest);
  if (!record) return record.error();
  std::vector<std::pair<ledger::Joined, ledger::Position>> going;
  for (const ledger::Joined& session : sessions) {
    const auto now = kept(handle, session.id, session.digest);
    if (!now) return now.error();
    going.emplace_back(session, *now ? (*now)->began : 0);
  }
  std::vector<ErasePast> ended;
  for (const ledger::PastSession& one : past) {
    const auto now = kept(handle, one.id, places_.sessions.digest(handle.view(), one.id.view()));
    if (!now) return now.error();
    ended.push_back({handle, one.id, one.last, reason, *now == nullptr});
  }
  for (const auto& [session, since] : going)
    erase(handle, session.id, session.digest, reason, std::nullopt, since, true);
  for (ErasePast& one : ended) plan(std::move(one));
  if (*record) erase(handle, own, digest, reason, std::nullopt, (*record)->began);
  return std::nullopt;
}

}  // namespace beckon::commit
