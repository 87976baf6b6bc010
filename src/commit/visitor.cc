#include "commit/visitor.h"

#include <algorithm>

#include "base/planted.h"
#include "commit/draft.h"
#include "system/log.h"

namespace beckon::commit {
namespace {

using ledger::anonymous_of;
using ledger::Identity;
using ledger::is_browser;
using ledger::Member;
using ledger::SessionPtr;

// Whether a new session of the browser is assumed to be of the visitor last named for it.
Result<bool> is_remembered(const VisitorReader& reader, const Identity& browser, const HandleSettings& settings,
                           Instant now) {
  if (!settings.remember || settings.blocked_ids.contains(browser.said)) return false;
  if (*settings.remember != Duration::max() && now - browser.said_at >= *settings.remember) return false;
  return is_still_kept(reader, browser);
}

// A browser without a visitor named in this session so far.
Result<Naming> of_browser(const VisitorReader& reader, const HandleSettings& settings, std::string_view anonymous,
                          Instant now) {
  Naming naming;
  const auto browser = reader.record(ledger::browser_id(anonymous));
  if (!browser) return unexpected(browser.error());
  const Identity& known = identity_of(*browser);
  const auto is_known = is_remembered(reader, known, settings, now);
  if (!is_known) return unexpected(is_known.error());
  const bool remembered = *is_known;
  std::uint32_t number = std::max<std::uint32_t>(known.share, 1);
  auto share = reader.record(ledger::share_id(anonymous, number));
  if (!share) return unexpected(share.error());
  // A share has only remembered sessions or only others; if claims have a time limit, the others get a share each.
  if (*share && (identity_of(*share).owner.empty() == remembered || (!remembered && settings.claim))) {
    naming.browser = ledger::browser_id(anonymous);
    naming.share = ++number;
    naming.said = known.said;
    naming.said_at = known.said_at;
    *share = nullptr;
  }
  naming.id = ledger::share_id(anonymous, number);
  if (*share || !remembered) return naming;
  auto owner = reader.name(known.said);
  if (!owner) return unexpected(owner.error());
  naming.owner = std::move(*owner);
  naming.said = known.said;
  return naming;
}

// Whether the visitor has room for one more id, and for one more browser today. Ids without remaining data do not
// count.
Result<bool> has_room(const VisitorReader& reader, const VisitorId& visitor, std::string_view anonymous, Instant now) {
  const auto records = reader.records(visitor);
  if (!records) return unexpected(records.error());
  if (records->empty()) return true;
  if (records->size() >= kIdsOfVisitor) return false;
  const auto& members = identity_of(records->front()).members;
  std::vector<std::string_view> today;
  for (const Member& member : members)
    if (is_browser(member.id.view()) && now - member.since < std::chrono::hours{24})
      today.push_back(anonymous_of(member.id.view()));
  std::ranges::sort(today);
  today.erase(std::ranges::unique(today).begin(), today.end());
  return today.size() < kBrowsersPerDay || std::ranges::binary_search(today, anonymous);
}

// A visitor is named in a session of the browser: remembers them, and claims the browser's unclaimed shares.
std::optional<Fault> claim(const VisitorReader& reader, const HandleSettings& settings, std::string_view anonymous,
                           const Said& said, Instant now, Naming& naming) {
  const VisitorId& visitor = said.visitor;
  const auto browser = reader.record(ledger::browser_id(anonymous));
  if (!browser) return browser.error();
  const Identity& known = identity_of(*browser);
  const bool same = known.said == visitor;
  if (!same && !known.said.empty() && said.at < known.said_at) return std::nullopt;
  // If remembering has a time limit, it is renewed, but not with each request.
  const bool renews = same && settings.remember && *settings.remember != Duration::max() &&
                      now - known.said_at > *settings.remember / 8;
  // If remembering has no time limit, all sessions since then are the visitor's already.
  if (same && settings.remember == Duration::max() && !settings.claim) return std::nullopt;
  const auto is_claimable = [&](const SessionPtr& record) {
    return record && identity_of(record).owner.empty() &&
           (!settings.claim || now - record->last_received <= *settings.claim);
  };
  const std::uint32_t newest = std::max<std::uint32_t>(known.share, 1);
  bool is_used = false;  // the newest share
  std::vector<VisitorId> unclaimed;
  for (std::uint32_t i = 0; i < std::min(newest, kSharesClaimed); ++i) {
    VisitorId id = ledger::share_id(anonymous, newest - i);
    const auto share = reader.record(id);
    if (!share) return share.error();
    if (i == 0) is_used = *share != nullptr;
    if (!is_claimable(*share)) break;
    unclaimed.push_back(std::move(id));
  }
  if (same && !renews && unclaimed.empty()) return std::nullopt;
  const auto room = has_room(reader, visitor, anonymous, now);
  if (!room) return room.error();
  if (!*room) {
    naming.too_many = true;
    return std::nullopt;
  }
  naming.browser = ledger::browser_id(anonymous);
  naming.share = is_used && (!same || !unclaimed.empty()) ? newest + 1 : newest;
  naming.claimed = std::move(unclaimed);
  naming.said = visitor;
  naming.said_at = now;
  return std::nullopt;
}

bool is_among(const std::vector<VisitorId>& ids, const VisitorId& id) {
  return std::ranges::find(ids, id) != ids.end();
}

// A share that joins its claimant.
struct Claimed {
  VisitorId share;  // empty if there is none
  VisitorId by;
};

// Makes the ids one visitor's, named `name`. Each lives at least until `until`.
void put_group(Draft& draft, const Handle& handle, const VisitorId& name, std::vector<Member> members, Instant until,
               const Claimed& claimed = {}) {
  const VisitorReader reader = reader_of(draft, handle, draft.now());
  const auto is_here = [&](const VisitorId& id) {
    return id == name || std::ranges::find(members, id, &Member::id) != members.end();
  };
  for (const Member& member : members) {
    Identity identity{.owner = name};
    if (member.id == claimed.share) {
      identity.said = claimed.by;
    } else if (is_browser(member.id.view())) {
      const auto record = reader.record(member.id);
      if (!record) log_unreadable(handle, record.error());
      if (record && is_here(identity_of(*record).said)) identity.said = identity_of(*record).said;
    }
    draft.identify(handle, member.id, std::move(identity), until);
  }
  draft.identify(handle, name, {.members = std::move(members)}, until);
  draft.regroup(handle, name);
}

}  // namespace

const Identity& identity_of(const SessionPtr& own_record) {
  static const Identity kNobodyElse;
  return own_record && own_record->identity ? *own_record->identity : kNobodyElse;
}

Result<bool> is_still_kept(const VisitorReader& reader, const Identity& browser) {
  if (browser.said.empty()) return false;
  const auto said = reader.record(browser.said);
  if (!said) return unexpected(said.error());
  return *said && (*said)->created <= browser.said_at;
}

Result<SessionPtr> VisitorReader::record(const VisitorId& id) const {
  const SessionId own = ledger::own_record(id.view());
  auto record = find_(handle_, own, digests_.digest(handle_.view(), own.view()));
  if (record && *record && (*record)->expires_at <= now_) return SessionPtr{};
  return record;
}

Result<VisitorId> VisitorReader::name(const VisitorId& id) const {
  const auto record = this->record(id);
  if (!record) return unexpected(record.error());
  const VisitorId& owner = identity_of(*record).owner;
  return owner.empty() ? id : owner;
}

Result<std::vector<SessionPtr>> VisitorReader::records(const VisitorId& id) const {
  std::vector<SessionPtr> records;
  auto record = this->record(id);
  if (!record) return unexpected(record.error());
  if (!*record) return records;
  if (const VisitorId& owner = identity_of(*record).owner; !owner.empty()) {
    auto named = this->record(owner);
    if (!named) return unexpected(named.error());
    if (*named) record = std::move(named);
  }
  const SessionPtr first = *record;
  records.push_back(first);
  if (planted(Planted::kSeeOneIdOnly)) return records;
  for (const Member& member : identity_of(first).members) {
    auto other = this->record(member.id);
    if (!other) return unexpected(other.error());
    if (*other) records.push_back(std::move(*other));
  }
  return records;
}

Result<SessionPtr> VisitorReader::any_session(const VisitorId& id) const {
  const auto records = this->records(id);
  if (!records) return unexpected(records.error());
  for (const SessionPtr& record : *records)
    for (const ledger::Joined& joined : record->sessions) {
      auto session = find_(handle_, joined.id, joined.digest);
      if (!session || (*session && (*session)->expires_at > now_)) return session;
    }
  return SessionPtr{};
}

Result<std::vector<SessionPtr>> VisitorReader::sessions(const VisitorId& id) const {
  const auto records = this->records(id);
  if (!records) return unexpected(records.error());
  std::vector<SessionPtr> sessions;
  for (const SessionPtr& record : *records)
    for (const ledger::Joined& joined : record->sessions) {
      auto session = find_(handle_, joined.id, joined.digest);
      if (!session) return unexpected(session.error());
      if (*session && (*session)->expires_at > now_) sessions.push_back(std::move(*session));
    }
  return sessions;
}

VisitorReader reader_of(Sessions& sessions, const Handle& handle, Instant now) {
  return {[&sessions](const auto&... of) { return sessions.find(of...); }, sessions, handle, now};
}

VisitorReader reader_of(Draft& draft, const Handle& handle, Instant now) {
  return {[&draft](const auto&... of) { return draft.find(of...); }, draft.places().sessions, handle, now};
}

Whose whose(const VisitorReader& reader, const VisitorId& id) {
  Whose whose;
  if (id.empty()) return whose;
  auto name = reader.name(id);
  whose.visitor = name ? std::move(*name) : id;
  if (is_browser(whose.visitor.view())) whose.visitor = {};
  if (is_browser(id.view())) whose.anonymous = anonymous_of(id.view());
  return whose;
}

std::vector<const ledger::PackedTraits*> traits_of(const std::vector<SessionPtr>& records) {
  std::vector<const ledger::PackedTraits*> parts;
  for (const SessionPtr& record : records)
    if (record->traits) parts.push_back(record->traits.get());
  return parts;
}

void log_unreadable(const Handle& handle, const Fault& fault) {
  log::error("visitor_unreadable").add("handle", handle.view()).add("why", fault.message);
}

Fault belongs_to_another() {
  return {.code = FaultCode::kConflict,
          .message =
              "This session belongs to another visitorId, and a session keeps its first. Start a new session for the "
              "other visitor.",
          .extras = {{"reason", "\"visitor\""}}};
}

std::string_view first_browser(const SessionPtr& before, ledger::Consent consent, const Said& said,
                               const VisitorId& id) {
  const bool keeps = consent == ledger::Consent::kFull && (!before || before->browser().empty()) &&
                     !ledger::is_browser(id.view());  // whose id says it
  return keeps ? said.anonymous : std::string_view{};
}

Result<Naming> naming_of(const VisitorReader& reader, const HandleSettings& settings, const SessionPtr& before,
                         ledger::Consent consent, const Said& said, Instant now) {
  Naming naming;
  if (consent != ledger::Consent::kFull) return naming;
  static const VisitorId kNone;
  const VisitorId& current = before ? before->visitor : kNone;
  if (said.visitor.empty()) {
    if (!current.empty() || said.anonymous.empty()) return naming;
    return of_browser(reader, settings, said.anonymous, now);
  }
  if (current.empty() || is_browser(current.view())) {
    naming.id = said.visitor;
  } else if (current != said.visitor) {
    const auto one = reader.name(current), other = reader.name(said.visitor);
    if (!one) return unexpected(one.error());
    if (!other) return unexpected(other.error());
    if (*one != *other) return unexpected(belongs_to_another());
  }
  const std::string_view anonymous = !said.anonymous.empty()                  ? said.anonymous
                                     : !naming.id.empty() && !current.empty() ? anonymous_of(current.view())
                                                                              : std::string_view{};
  if (anonymous.empty() || (said.repeats && naming.id.empty())) return naming;
  if (auto fault = claim(reader, settings, anonymous, said, now, naming)) return unexpected(std::move(*fault));
  return naming;
}

void take_effect(Draft& draft, const Handle& handle, const Naming& naming, Instant expires_at) {
  if (naming.owner.empty() && naming.claimed.empty() && naming.browser.empty()) return;
  const VisitorReader reader = reader_of(draft, handle, draft.now());
  const auto become = [&](const VisitorId& share, const VisitorId& visitor) {
    const auto record = reader.record(share);
    if (!record) return log_unreadable(handle, record.error());
    if (!*record || !identity_of(*record).owner.empty()) return;  // its last session has just left it
    if (const auto fault = join(draft, handle, visitor, share, expires_at, naming.said)) log_unreadable(handle, *fault);
  };
  if (!naming.owner.empty()) become(naming.id, naming.owner);
  for (const VisitorId& share : naming.claimed) {
    const auto name = reader.name(naming.said);
    name ? become(share, *name) : log_unreadable(handle, name.error());
  }
  if (naming.browser.empty()) return;
  draft.identify(handle, naming.browser, {.share = naming.share, .said = naming.said, .said_at = naming.said_at},
                 expires_at);
}

std::optional<Fault> join(Draft& draft, const Handle& handle, const VisitorId& id, const VisitorId& other,
                          Instant expires_at, const VisitorId& by) {
  const VisitorReader reader = reader_of(draft, handle, draft.now());
  const auto ours = reader.records(id), theirs = reader.records(other);
  if (!ours) return ours.error();
  if (!theirs) return theirs.error();
  const VisitorId name = ours->empty() ? id : VisitorId{id_of(*ours->front())};
  std::vector<Member> members;
  Instant until = expires_at;
  // Ids without remaining data are left out.
  const auto take = [&](const std::vector<SessionPtr>& records) {
    for (const SessionPtr& record : records) {
      until = std::max(until, record->expires_at);
      const VisitorId one{id_of(*record)};
      if (one == name) continue;
      // A former member keeps its instant, so that a split leaves no trace of the join.
      const auto& before = identity_of(records.front()).members;
      const auto member = std::ranges::find(before, one, &Member::id);
      members.push_back({one, member == before.end() ? draft.now() : member->since});
    }
  };
  take(*ours);
  if (ours->empty() || theirs->empty() || ours->front() != theirs->front()) take(*theirs);
  if (theirs->empty() && other != name) members.push_back({other, draft.now()});
  put_group(draft, handle, name, std::move(members), until, by.empty() ? Claimed{} : Claimed{.share = other, .by = by});
  return std::nullopt;
}

std::vector<VisitorId> leaving(const std::vector<SessionPtr>& records, const std::vector<VisitorId>& ids) {
  std::vector<VisitorId> leave, shares;
  bool one_stays = false;
  for (const SessionPtr& record : records) {
    VisitorId id{id_of(*record)};
    if (is_browser(id.view()))
      shares.push_back(std::move(id));
    else if (is_among(ids, id))
      leave.push_back(std::move(id));
    else
      one_stays = true;
  }
  const auto claimant = [&](const VisitorId& share) -> const VisitorId& {
    return identity_of(*std::ranges::find(records, share.view(), [](const auto& one) { return id_of(*one); })).said;
  };
  const auto follows = [&](const VisitorId& share) { return one_stays && is_among(ids, claimant(share)); };
  const auto is_unclaimed = [&](const VisitorId& share) { return claimant(share).empty(); };
  for (const VisitorId& share : shares) {
    const std::string_view anonymous = anonymous_of(share.view());
    const auto any_of_it = [&](const auto& is_it) {
      return std::ranges::any_of(
          shares, [&](const VisitorId& other) { return anonymous_of(other.view()) == anonymous && is_it(other); });
    };
    bool leaves = follows(share) || is_among(ids, share);
    if (is_among(ids, ledger::browser_id(anonymous)) && !any_of_it(follows))
      leaves = leaves || is_unclaimed(share) || !any_of_it(is_unclaimed);
    if (leaves) leave.push_back(share);
  }
  return leave;
}

std::optional<Fault> split(Draft& draft, const Handle& handle, const std::vector<VisitorId>& ids) {
  const VisitorReader reader = reader_of(draft, handle, draft.now());
  const auto records = reader.records(ids.front());
  if (!records) return records.error();
  // The name of each part: its current one, otherwise its first given id, otherwise its first. So a part that was
  // joined as a whole gets its name back.
  struct Part {
    std::vector<Member> all;
    Instant until{};
  } stays, leaves;
  const Identity& whole = identity_of(records->front());
  for (const SessionPtr& record : *records) {
    const VisitorId one{id_of(*record)};
    Part& part = is_among(ids, one) ? leaves : stays;
    const auto member = std::ranges::find(whole.members, one, &Member::id);
    part.all.push_back({one, member == whole.members.end() ? Instant{} : member->since});
    part.until = std::max(part.until, record->expires_at);
  }
  for (Part* part : {&stays, &leaves}) {
    if (part->all.empty()) continue;
    auto name = std::ranges::find_if(part->all, [](const Member& member) { return !is_browser(member.id.view()); });
    if (name == part->all.end()) name = part->all.begin();
    if (planted(Planted::kNameByInstant)) name = std::ranges::min_element(part->all, {}, &Member::since);
    const VisitorId named = name->id;
    part->all.erase(name);
    put_group(draft, handle, named, std::move(part->all), part->until);
  }
  return std::nullopt;
}

}  // namespace beckon::commit
