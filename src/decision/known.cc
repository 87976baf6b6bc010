#include "decision/known.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "system/zones.h"

namespace beckon::decision {
namespace {

using ledger::Consent;
using ledger::SessionDigest;
using ledger::SessionPtr;
using ledger::Spend;

const ledger::Window kEmpty;

// The newest sessions of several records, in the order of joining.
std::vector<ledger::Joined> joined_sessions(const Known& known) {
  std::vector<ledger::Joined> sessions = known.visitor->sessions;
  for (const SessionPtr& other : known.others)
    sessions.insert(sessions.end(), other->sessions.begin(), other->sessions.end());
  std::ranges::stable_sort(sessions, {}, &ledger::Joined::at);
  if (sessions.size() > ledger::Session::kSessionsJoined)
    sessions.erase(sessions.begin(), sessions.end() - ledger::Session::kSessionsJoined);
  return sessions;
}

// The visitor's sessions in the order of joining; this one in its position, or as the newest.
Result<std::vector<SessionPtr>> seen(const FindSession& find, const Handle& handle, const SessionDigest& digest,
                                     Instant now, const Known& known) {
  std::vector<SessionPtr> sessions;
  bool here = false;
  std::vector<ledger::Joined> several;
  if (!known.others.empty()) several = joined_sessions(known);
  for (const ledger::Joined& joined : known.others.empty() ? known.visitor->sessions : several) {
    const bool itself = joined.digest == digest;
    here = here || itself;
    auto found = itself ? Result<SessionPtr>{known.session} : find(handle, joined.id, joined.digest);
    if (!found) return unexpected(found.error());
    if (*found && (*found)->expires_at > now) sessions.push_back(std::move(*found));
  }
  if (!here && known.session) sessions.push_back(known.session);
  if (sessions.size() > ledger::Session::kSessionsJoined) sessions.erase(sessions.begin());
  return sessions;
}

std::shared_ptr<const ledger::Window> merged(const rules::RuleSet& rules, const std::vector<SessionPtr>& sessions) {
  std::vector<const ledger::Window*> windows;
  for (const SessionPtr& session : sessions) windows.push_back(&session->window);
  return std::make_shared<const ledger::Window>(rules.window_of_visitor(windows));
}

std::shared_ptr<const std::vector<Spend>> joined(const Known& known, bool with_session) {
  std::vector<Spend> all = known.visitor->spends;
  for (const SessionPtr& other : known.others) add_spends(all, other->spends);
  if (with_session) add_spends(all, known.session->spends);
  return std::make_shared<const std::vector<Spend>>(std::move(all));
}

// What a session that joins other ids brings along.
Result<std::shared_ptr<const ledger::Counted>> counted_along(const ledger::Session& session,
                                                             const commit::VisitorReader& reader,
                                                             const SessionDigest& digest) {
  if (session.visitor.empty()) return session.counted;
  const auto record = reader.record(session.visitor);
  if (!record) return unexpected(record.error());
  return std::make_shared<const ledger::Counted>(commit::counted_by(session, record->get(), digest));
}

void take_counted(Known& known, std::shared_ptr<const ledger::Counted> joining) {
  known.counted_kept.clear();
  for (const SessionPtr& record : known.records()) known.counted_kept.push_back(record->counted);
  known.counted_kept.push_back(std::move(joining));
  std::erase(known.counted_kept, nullptr);
  known.counted.clear();
  for (const auto& counted : known.counted_kept) known.counted.push_back(counted.get());
}

// Keeps only the traits that count for the evaluation.
void take_traits(Known& known) {
  known.traits = commit::traits_of(known.records());
  known.public_traits.clear();
  if (!known.public_only) return;
  const auto is_public = [&](std::string_view name) {
    const commit::TraitDeclaration* declared = known.declared->find(name);
    return declared && declared->is_public;
  };
  for (const ledger::PackedTraits*& part : known.traits)
    part = known.public_traits.emplace_back(std::make_shared<const ledger::PackedTraits>(part->only(is_public))).get();
}

}  // namespace

Wanted wanted_by(const rules::RuleSet& rules, std::string_view trigger) {
  return {.visitor = rules.reads_visitor(trigger),
          .spends = rules.reads_spends(trigger),
          .traits = rules.reads_traits(trigger),
          .counters = rules.reads_counters(trigger),
          .rules = &rules};
}

Wanted wanted_when_due(const rules::RuleSet& rules) {
  return {.visitor = true, .spends = true, .traits = true, .counters = true, .rules = &rules};
}

Result<Known> known_of(const Asking& asking, const commit::VisitorReader& reader, SessionPtr session, Instant now) {
  Known known{.public_only = !asking.proven, .declared = asking.tenant.traits};
  if (session && session->expires_at <= now) session = nullptr;
  Consent consent = session ? session->consent : asking.tenant.settings.default_consent;
  if (asking.denied || consent == Consent::kDenied) {
    known.may_spend = false;
    return known;
  }
  if (asking.at_most_basic) consent = std::max(consent, Consent::kBasic);
  // The named visitor does not count, so their proof says nothing about whose session it is.
  if (consent != Consent::kFull) known.public_only = true;
  auto naming = commit::naming_of(reader, asking.tenant.settings, session, consent, asking.said, now);
  if (!naming) return unexpected(naming.error());
  known.session = std::move(session);
  known.said = naming->id;
  known.anonymous = commit::first_browser(known.session, consent, asking.said, known.said);
  if (naming->says_something()) known.naming = std::make_shared<const commit::Naming>(std::move(*naming));
  return known;
}

rules::Facts Known::facts(const ledger::Context& context, const SessionId& id, Instant now,
                          const commit::Tenant& tenant) const {
  rules::Facts facts{.window = session ? session->window : kEmpty,
                     .context = context,
                     .now = now,
                     .retention = tenant.settings.retention};
  facts.visitor = merged.window.get();
  if (session) facts.session_spends = session->spends;
  facts.unit_spends = joined    ? std::span<const Spend>(*joined)
                      : visitor ? std::span<const Spend>(visitor->spends)
                                : facts.session_spends;
  const bool begins_as = !session && !said.empty() && !ledger::is_browser(said.view());
  facts.unit = begins_as ? said.view() : session ? session->unit() : id.view();
  const VisitorId& named = said.empty() && session ? session->visitor : said;
  facts.first = ledger::shown_id(!first.empty() ? first : named.empty() ? id.view() : named.view());
  facts.session = id.view();
  facts.browser = session ? session->browser() : std::string_view{};
  if (facts.browser.empty())
    facts.browser = ledger::is_browser(named.view()) ? ledger::anonymous_of(named.view()) : std::string_view(anonymous);
  facts.ids = ids;
  facts.said = named.view();
  facts.may_spend = may_spend;
  facts.traits = traits;
  facts.tells_sensitive = tells_sensitive;
  facts.tells_sessions = !public_only;
  facts.same = same;
  if (!public_only && visitor && !ledger::is_browser(commit::id_of(*visitor)))
    facts.visitor_id = commit::id_of(*visitor);
  facts.counted = counted;
  facts.counters = &tenant.traits->counters();
  facts.tells_counters = !public_only;
  facts.zones = &system_zones();
  facts.sensitive = tenant.traits->sensitive();
  return facts;
}

std::vector<SessionPtr> Known::records() const {
  std::vector<SessionPtr> all;
  if (visitor) all.push_back(visitor);
  all.insert(all.end(), others.begin(), others.end());
  return all;
}

const VisitorId& Known::whose() const {
  static const VisitorId kNone;
  if (said.empty()) return session ? session->visitor : kNone;
  return naming && !naming->owner.empty() ? naming->owner : said;
}

bool Known::joins_alone() const {
  if (said.empty()) return false;
  if (session && std::ranges::find(ids, session->visitor.view()) != ids.end()) return false;
  return !session || !naming || std::ranges::find(naming->claimed, session->visitor) == naming->claimed.end();
}

void add_spends(std::vector<Spend>& all, const std::vector<Spend>& more) {
  std::vector<Spend> both(all.size() + more.size());
  std::ranges::merge(all, more, both.begin(), {}, &Spend::at, &Spend::at);
  all = std::move(both);
}

SessionPtr at_version(const SessionPtr& session, std::uint64_t version) {
  if (!session || session->version <= version) return session;
  std::vector<ledger::Signal> signals;
  for (std::size_t i = 0; i < session->window.size(); ++i)
    if (const ledger::Signal signal = session->window[i]; signal.version <= version) signals.push_back(signal);
  auto then = std::make_shared<ledger::Session>(*session);
  std::size_t evicted = 0;
  then->window = ledger::Window{}.with(signals, evicted);
  then->version = version;
  return then;
}

Result<void> gather(const FindSession& find, const commit::Sessions& digests, const Handle& handle,
                    const SessionDigest& digest, Wanted wanted, Instant now, Known& known) {
  Merged earlier = std::exchange(known.merged, {});
  const VisitorId& visitor = known.whose();
  if (visitor.empty() || !wanted.anything()) {
    if (wanted.counters) take_counted(known, known.session ? known.session->counted : nullptr);
    return {};
  }
  const commit::VisitorReader reader(find, digests, handle, now);
  auto records = reader.records(visitor);
  if (!records) return unexpected(records.error());
  if (known.naming)
    for (const VisitorId& claimed : known.naming->claimed) {
      auto share = reader.record(claimed);
      if (!share) return unexpected(share.error());
      if (*share) records->push_back(std::move(*share));
    }
  known.ids.clear();
  for (const SessionPtr& record : *records) known.ids.push_back(commit::id_of(*record));
  const bool joins = known.session && known.joins_alone();
  std::shared_ptr<const ledger::Counted> joining;
  if (joins && wanted.counters) {
    auto counted = counted_along(*known.session, reader, digest);
    if (!counted) return unexpected(counted.error());
    joining = std::move(*counted);
  }
  if (!records->empty()) {
    known.visitor = std::move(records->front());
    known.others.assign(std::move_iterator(records->begin() + 1), std::move_iterator(records->end()));
  }
  if (wanted.counters) take_counted(known, std::move(joining));
  if (records->empty()) return {};
  // A record begins when the first session of its id does.
  const ledger::Session* first = nullptr;
  for (const SessionPtr& record : known.records())
    if (!first || record->created < first->created) first = record.get();
  known.first = commit::id_of(*first);
  const bool spends = joins && !known.session->spends.empty();
  if (spends || !known.others.empty()) known.joined = joined(known, spends);
  if (wanted.traits) take_traits(known);
  if (!wanted.visitor) return {};
  auto all = seen(find, handle, digest, now, known);
  if (!all) return unexpected(all.error());
  if (!earlier.window || earlier.sessions != *all) {
    earlier.window = merged(*wanted.rules, *all);
    earlier.sessions = std::move(*all);
  }
  known.merged = std::move(earlier);
  return {};
}

Result<void> gather(commit::Sessions& source, const Handle& handle, const SessionDigest& digest, Wanted wanted,
                    Instant now, Known& known) {
  return gather([&source](const auto&... of) { return source.find(of...); }, source, handle, digest, wanted, now,
                known);
}

Result<void> gather(commit::Draft& source, const Handle& handle, const SessionDigest& digest, Wanted wanted,
                    Instant now, Known& known) {
  return gather([&source](const auto&... of) { return source.find(of...); }, source.places().sessions, handle, digest,
                wanted, now, known);
}

}  // namespace beckon::decision
