// How sessions change their visitors' own records: part of Draft.
#include <algorithm>
#include <set>
#include <utility>

#include "base/check.h"
#include "commit/draft.h"
#include "commit/visitor.h"

namespace beckon::commit {

using ledger::SessionDigest;
using ledger::SessionPtr;

namespace {

// The longest `keep` of the counters that have counted something.
Duration longest_keep(const rules::Counters& counters, std::span<const ledger::Subtotal> counted) {
  Duration longest{};
  for (const auto& [name, counter] : counters)
    if (std::ranges::any_of(counted, [&](const auto& one) { return one.counter == counter.id && one.count > 0; }))
      longest = std::max(longest, counter.keep);
  return longest;
}

// Subtotals of counters no longer declared are removed with the next change.
void add_gone(const rules::Counters& counters, const ledger::Counted* kept, std::vector<ledger::Subtotal>& to) {
  if (!kept) return;
  std::uint64_t last = 0;
  for (const ledger::Subtotal& one : kept->all) {
    if (one.counter == std::exchange(last, one.counter)) continue;
    const auto is_it = [&](const auto& named) { return named.second.id == one.counter; };
    if (std::ranges::none_of(counters, is_it)) to.push_back({.counter = one.counter});
  }
}

}  // namespace

std::vector<ledger::Subtotal> counted_by(const ledger::Session& session, const ledger::Session* record,
                                         const SessionDigest& digest) {
  const ledger::Counted* const counted = session.visitor.empty() ? session.counted.get()
                                         : record                ? record->counted.get()
                                                                 : nullptr;
  std::vector<ledger::Subtotal> all;
  if (!counted) return all;
  for (ledger::Subtotal one : counted->all) {
    if (!session.visitor.empty() && one.session != digest.low) continue;
    one.session = 0;
    all.push_back(one);
  }
  return all;
}

std::vector<ledger::Subtotal> Draft::counts_of(const ledger::AppendRecord& record, const SessionPtr& before) const {
  std::vector<ledger::Subtotal> counted;
  if (record.consent != ledger::Consent::kFull || record.signals.empty()) return counted;
  const TenantPtr tenant = this->tenant(record.handle);
  if (!tenant) return counted;
  const rules::Counters& counters = tenant->traits->counters();
  for (const auto& [name, counter] : counters)
    if (auto subtotal = rules::count(counter, record.signals)) counted.push_back(*subtotal);
  if (before && !record.fresh) add_gone(counters, before->counted.get(), counted);
  return counted;
}

std::optional<Fault> Draft::count_before(const SessionDigest& digest, const SessionPtr& session,
                                         std::vector<ledger::Subtotal> counted) {
  const ledger::AppendRecord record{.handle = session->handle.view(),
                                    .session = session->id.view(),
                                    .received = session->last_received,
                                    .expires_at = session->expires_at,
                                    .consent = session->consent,
                                    .counted = std::move(counted)};
  const auto done = append_counted(digest, session, record, true, nullptr);
  return done ? std::nullopt : std::optional(done.error());
}

void Draft::fold(const Handle& handle, const SessionId& id, const VisitorId& visitor, const SessionDigest& digest) {
  if (visitor.empty()) return;
  const TenantPtr tenant = this->tenant(handle.view());
  if (!tenant || tenant->traits->counters().empty()) return;
  auto own = own_record_of(handle, visitor);
  if (!own || !own->record || !own->record->counted || !own->record->counted->has(digest.low)) return;
  const ledger::VisitorRecord record{.handle = handle.view(),
                                     .visitor = visitor.view(),
                                     .own = own->own,
                                     .session = id.view(),
                                     .of = digest,
                                     .at = now(),
                                     .folds = true};
  ledger::append_record(batch_.journal, record);
  release(own->own);
  stage(own->own, ledger::applied(std::move(own->record), record, row_));
}

Result<Draft::Visit> Draft::visit(const Handle& handle, const SessionPtr& before, ledger::Consent after,
                                  std::string_view said, bool touches) {
  Visit visit;
  const bool full = after == ledger::Consent::kFull;
  const bool known = before && !before->visitor.empty();
  visit.joins = full && ledger::takes(known ? before->visitor.view() : std::string_view{}, said);
  const bool leaves = known && (!full || visit.joins);
  if (leaves) {
    auto left = own_record_of(handle, before->visitor);
    if (!left) return unexpected(left.error());
    visit.left = std::move(*left);
    if (!full) {
      auto browser = said_last(*before, visit.left.record);
      if (!browser) return unexpected(browser.error());
      visit.said = std::move(*browser);
    }
  }
  if (visit.joins && before)
    visit.counted =
        counted_by(*before, visit.left.record.get(), places_.sessions.digest(handle.view(), before->id.view()));
  if (visit.joins || (known && !leaves && touches)) {
    auto kept = own_record_of(handle, visit.joins ? VisitorId{said} : before->visitor);
    if (!kept) return unexpected(kept.error());
    visit.kept = std::move(*kept);
  }
  return visit;
}

Result<Draft::OwnRecord> Draft::own_record_of(const Handle& handle, const VisitorId& id, bool also_expired) {
  OwnRecord own{.visitor = id};
  const SessionId record = ledger::own_record(id.view());
  own.own = places_.sessions.digest(handle.view(), record.view());
  auto found = also_expired ? kept(handle, record, own.own) : own_record(handle, record, own.own);
  if (!found) return unexpected(found.error());
  own.record = std::move(*found);
  return own;
}

Result<SessionPtr> Draft::own_record(const Handle& handle, const SessionId& id, const SessionDigest& own) {
  if (unmade_.contains(own) && !staged_.contains(own)) return SessionPtr{};
  auto record = find(handle, id, own);
  if (record && !*record) unmade_.insert(own);
  return record;
}

std::optional<Fault> Draft::read_ahead(const Handle& handle, std::string_view visitor) {
  if (visitor.empty()) return std::nullopt;
  const auto own = own_record_of(handle, VisitorId{visitor});
  return own ? std::nullopt : std::optional(own.error());
}

void Draft::follow(Visit visit, const SessionDigest& digest, const ledger::Session& session, Instant expires_at,
                   const std::vector<ledger::Spend>& spends, const std::vector<ledger::Subtotal>& counted) {
  if (!visit.left.visitor.empty()) leave(std::move(visit.left), session.handle, digest, visit.joins);
  forget_said(session.handle, visit.said, "");
  OwnRecord& kept = visit.kept;
  if (kept.visitor.empty()) return;
  // The session's former one may have been folded since.
  if (const auto staged = staged_.find(kept.own); staged != staged_.end()) kept.record = staged->second;
  if (kept.record && kept.record->traits)
    if (const TenantPtr tenant = this->tenant(session.handle.view()))
      expires_at = std::max(expires_at, now() + tenant->settings.visitor_retention);
  if (visit.joins) moves_.push_back({session.handle, digest, kept.own});
  std::vector<ledger::Subtotal> counts = counted;
  if (visit.joins) {
    ledger::Counted all{std::move(visit.counted)};
    all.take(counted, 0);
    counts = std::move(all.all);
  }
  if (!counts.empty())
    if (const TenantPtr tenant = this->tenant(session.handle.view())) {
      const rules::Counters& counters = tenant->traits->counters();
      expires_at = std::max(expires_at, now() + longest_keep(counters, counts));
      if (kept.record) add_gone(counters, kept.record->counted.get(), counts);
    }
  const bool prolongs = !kept.record || kept.record->expires_at - now() < (expires_at - now()) / 2;
  if (!visit.joins && spends.empty() && counts.empty() && !prolongs) return;
  const ledger::VisitorRecord record{.handle = session.handle.view(),
                                     .visitor = kept.visitor.view(),
                                     .own = kept.own,
                                     .session = session.id.view(),
                                     .of = digest,
                                     .fresh = !kept.record,
                                     .joined = visit.joins,
                                     .at = now(),
                                     .expires_at = expires_at,
                                     .spends = visit.joins ? session.spends : spends,
                                     .counted = std::move(counts)};
  if (record.fresh) end_former_life(kept.own);
  ledger::append_record(batch_.journal, record);
  release(kept.own);
  const SessionPtr after = ledger::applied(std::move(kept.record), record, row_);
  stage(kept.own, after);
  if (after->identity) prolong(session.handle, *after->identity, expires_at);
}

// A record that cannot be read now is extended by a later change.
void Draft::prolong(const Handle& handle, const ledger::Identity& identity, Instant expires_at) {
  // Not with each change: half of the time may pass.
  const auto is_worth = [&](const SessionPtr& record) { return record->expires_at - now() < (expires_at - now()) / 2; };
  if (!identity.owner.empty()) {
    const auto owner = own_record_of(handle, identity.owner);
    if (!owner || !owner->record || !owner->record->identity) return;
    const ledger::Identity named = *owner->record->identity;
    if (is_worth(owner->record)) identify(handle, identity.owner, named, expires_at);
    return prolong(handle, named, expires_at);
  }
  for (const ledger::Member& member : identity.members) {
    if (ledger::is_browser(member.id.view())) continue;  // its sessions extend it
    const auto one = own_record_of(handle, member.id);
    if (one && one->record && one->record->identity && is_worth(one->record))
      identify(handle, member.id, *one->record->identity, expires_at);
  }
}

void Draft::identify(const Handle& handle, const VisitorId& id, ledger::Identity identity, Instant expires_at) {
  auto own = own_record_of(handle, id);
  if (!own) return log_unreadable(handle, own.error());
  if (!own->record && identity.empty()) return;
  const ledger::IdentityRecord record{.handle = handle.view(),
                                      .visitor = id.view(),
                                      .own = own->own,
                                      .fresh = !own->record,
                                      .at = now(),
                                      .expires_at = expires_at,
                                      .identity = std::move(identity)};
  if (record.fresh) end_former_life(own->own);
  ledger::append_record(batch_.journal, record);
  release(own->own);
  stage(own->own, ledger::applied(std::move(own->record), record, row_));
}

std::optional<Fault> Draft::say_traits(const Handle& handle, const VisitorId& id,
                                       std::vector<ledger::TraitChange> changes, std::uint64_t request_id) {
  auto own = own_record_of(handle, id);
  if (!own) return own.error();
  const Instant until = now() + tenant(handle.view())->settings.visitor_retention;
  if (std::ranges::find(changes, "zone", &ledger::TraitChange::name) != changes.end()) rezoned_.push_back({handle, id});
  const ledger::TraitsRecord record{.handle = handle.view(),
                                    .visitor = id.view(),
                                    .own = own->own,
                                    .fresh = !own->record,
                                    .at = now(),
                                    .expires_at = until,
                                    .id = request_id,
                                    .changes = std::move(changes)};
  if (record.fresh) end_former_life(own->own);
  ledger::append_record(batch_.journal, record);
  release(own->own);
  const SessionPtr after = ledger::applied(std::move(own->record), record, row_);
  stage(own->own, after);
  if (after->identity) prolong(handle, *after->identity, until);
  return std::nullopt;
}

void Draft::leave(OwnRecord left, const Handle& handle, const SessionDigest& digest, bool moves) {
  moves_.push_back({handle, digest, left.own});
  if (!left.record) return;
  const ledger::VisitorRecord record{.handle = handle.view(),
                                     .visitor = left.visitor.view(),
                                     .own = left.own,
                                     .of = digest,
                                     .moved = moves,
                                     .at = now()};
  const SessionId id = left.record->id;
  const ledger::Position began = left.record->began;
  release(left.own);
  SessionPtr after = ledger::applied(std::move(left.record), record);
  if (!after) return erase(handle, id, left.own, "", std::nullopt, began);
  ledger::append_record(batch_.journal, record);
  stage(left.own, after);
  if (moves) return;
  renew(left.own);
  if (ledger::is_browser(left.visitor.view()) && after->sessions.empty() && after->spends.empty() && !after->counted)
    end_share(handle, {left.visitor, left.own, std::move(after)});
}

void Draft::end_share(const Handle& handle, OwnRecord share) {
  const VisitorId owner = share.record->identity ? share.record->identity->owner : VisitorId{};
  const SessionId id = share.record->id;
  const ledger::Position began = share.record->began;
  erase(handle, id, share.own, "", std::nullopt, began);
  if (owner.empty()) return;
  const auto named = own_record_of(handle, owner);
  if (!named || !named->record || !named->record->identity) return;
  ledger::Identity rest = *named->record->identity;
  std::erase_if(rest.members, [&](const ledger::Member& member) { return member.id == share.visitor; });
  identify(handle, owner, std::move(rest), named->record->expires_at);
}

std::optional<Fault> Draft::forget(const Handle& handle, const SessionId& id, const SessionDigest& digest,
                                   std::string reason, std::optional<Instant> denied_until) {
  const auto session = kept(handle, id, digest);
  if (!session) return session.error();
  auto visit = this->visit(handle, *session, ledger::Consent::kDenied, {}, false);
  if (!visit) return visit.error();
  // A session never seen, as most are that deny consent, has no data before this commit.
  const ledger::Position unseen = denied_until ? row_ : 0;
  erase(handle, id, digest, std::move(reason), denied_until, *session ? (*session)->began : unseen);
  if (!visit->left.visitor.empty()) leave(std::move(visit->left), handle, digest, false);
  forget_said(handle, visit->said, "");
  return std::nullopt;
}

std::optional<Fault> Draft::forget_visitor(const Handle& handle, const std::vector<SessionPtr>& records,
                                           std::span<const ledger::Joined> sessions, const std::string& reason,
                                           std::span<const ledger::PastSession> past) {
  std::vector<OwnRecord> own;
  for (const SessionPtr& record : records) {
    auto one = own_record_of(handle, VisitorId{id_of(*record)}, true);
    if (!one) return one.error();
    own.push_back(std::move(*one));
  }
  std::vector<VisitorId> ids;
  std::set<std::string> browsers;
  for (const OwnRecord& one : own) {
    ids.push_back(one.visitor);
    if (ledger::is_browser(one.visitor.view())) browsers.emplace(ledger::anonymous_of(one.visitor.view()));
  }
  std::vector<std::pair<ledger::Joined, ledger::Position>> going;
  for (const ledger::Joined& session : sessions) {
    const auto now = kept(handle, session.id, session.digest);
    if (!now) return now.error();
    going.emplace_back(session, *now ? (*now)->began : 0);
    if (*now && !(*now)->browser().empty()) browsers.emplace((*now)->browser());
  }
  std::vector<Remembered> said;
  for (const std::string& anonymous : browsers) {
    auto one = remembered(handle, anonymous, ids);
    if (!one) return one.error();
    if (std::ranges::find(ids, one->browser.visitor) == ids.end()) said.push_back(std::move(*one));
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
  for (const OwnRecord& one : own)
    if (one.record) erase(handle, one.record->id, one.own, reason, std::nullopt, one.record->began);
  for (const Remembered& one : said) forget_said(handle, one, reason);
  return std::nullopt;
}

Result<Draft::Remembered> Draft::said_last(const ledger::Session& session, const SessionPtr& record) {
  if (session.browser().empty() || ledger::is_browser(session.visitor.view())) return Remembered{};
  if (record)
    for (const ledger::Joined& joined : record->sessions) {
      if (joined.id == session.id) continue;
      const auto other = find(session.handle, joined.id, joined.digest);
      if (!other) return unexpected(other.error());
      if (*other && (*other)->browser() == session.browser()) return Remembered{};
    }
  return remembered(session.handle, session.browser(), {&session.visitor, 1});
}

Result<Draft::Remembered> Draft::remembered(const Handle& handle, std::string_view anonymous,
                                            std::span<const VisitorId> gone) {
  const auto is_gone = [&](const VisitorId& id) { return std::ranges::find(gone, id) != gone.end(); };
  auto browser = own_record_of(handle, ledger::browser_id(anonymous), true);
  if (!browser) return unexpected(browser.error());
  if (!browser->record || !browser->record->identity || !is_gone(browser->record->identity->said)) return Remembered{};
  Remembered said{.browser = std::move(*browser)};
  // With fewer, what begins next would be counted to a share that is there.
  const std::uint32_t newest = said.browser.record->identity->share;
  for (std::uint32_t number = 1; number <= newest && said.share == 0; ++number) {
    const VisitorId share = ledger::share_id(anonymous, number);
    if (is_gone(share)) continue;
    const auto one = own_record_of(handle, share);
    if (!one) return unexpected(one.error());
    if (one->record) said.share = newest;
  }
  return said;
}

void Draft::forget_said(const Handle& handle, const Remembered& said, const std::string& reason) {
  if (!said.browser.record) return;
  const ledger::Session& record = *said.browser.record;
  erase(handle, record.id, said.browser.own, reason, std::nullopt, record.began);
  if (said.share > 0) identify(handle, said.browser.visitor, {.share = said.share}, record.expires_at);
}

}  // namespace beckon::commit
