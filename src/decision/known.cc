#include "decision/known.h"

#include <algorithm>

namespace beckon::decision {
namespace {

using ledger::Consent;
using ledger::SessionDigest;
using ledger::SessionPtr;
using ledger::Spend;

const ledger::Window kEmpty;

const VisitorId& visitor_of(const Known& known) {
  return known.session && !known.session->visitor.empty() ? known.session->visitor : known.said;
}

// The visitor's sessions in the order of joining, this one in its place, else as the newest.
Result<std::vector<SessionPtr>> seen(const FindSession& find, const Handle& handle, const SessionDigest& digest,
                                     Instant now, const Known& known) {
  std::vector<SessionPtr> sessions;
  bool here = false;
  for (const ledger::Joined& joined : known.visitor->sessions) {
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

std::shared_ptr<const ledger::Window> merged(const std::vector<SessionPtr>& sessions) {
  std::vector<const ledger::Window*> windows;
  for (const SessionPtr& session : sessions) windows.push_back(&session->window);
  return std::make_shared<const ledger::Window>(ledger::Window::merged(windows));
}

std::shared_ptr<const std::vector<Spend>> joined(const std::vector<Spend>& visitor, const std::vector<Spend>& session) {
  std::vector<Spend> both(visitor.size() + session.size());
  std::ranges::merge(visitor, session, both.begin(), {}, &Spend::at, &Spend::at);
  return std::make_shared<const std::vector<Spend>>(std::move(both));
}

}  // namespace

Wanted wanted_by(const rules::RuleSet& rules, std::string_view trigger) {
  return {.visitor = rules.reads_visitor(trigger), .spends = rules.reads_spends(trigger)};
}

Fault belongs_to_another() {
  return {.code = FaultCode::kConflict,
          .message =
              "This session belongs to another visitorId, and a session keeps its first. Start a new session for the "
              "other visitor.",
          .extras = {{"reason", "\"visitor\""}}};
}

Result<Known> known_of(const Asking& asking, SessionPtr session, Instant now) {
  Known known;
  if (session && session->expires_at <= now) session = nullptr;
  Consent consent = session ? session->consent : asking.tenant.settings.default_consent;
  if (asking.denied || consent == Consent::kDenied) {
    known.may_spend = false;
    return known;
  }
  known.session = std::move(session);
  if (asking.said.empty() || consent != Consent::kFull || asking.at_most_basic) return known;
  if (!known.session || known.session->visitor.empty())
    known.said = asking.said;
  else if (known.session->visitor != asking.said)
    return unexpected(belongs_to_another());
  return known;
}

rules::Facts Known::facts(const ledger::Context& context, const SessionId& id, Instant now, Duration retention) const {
  rules::Facts facts{
      .window = session ? session->window : kEmpty, .context = context, .now = now, .retention = retention};
  facts.visitor = merged.get();
  if (session) facts.session_spends = session->spends;
  facts.unit_spends = joined    ? std::span<const Spend>(*joined)
                      : visitor ? std::span<const Spend>(visitor->spends)
                                : facts.session_spends;
  facts.unit = session ? session->unit() : said.empty() ? id.view() : said.view();
  facts.may_spend = may_spend;
  return facts;
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
  const VisitorId& visitor = visitor_of(known);
  if (visitor.empty() || !wanted.anything()) return {};
  const SessionId id = ledger::own_record(visitor.view());
  auto record = find(handle, id, digests.digest(handle.view(), id.view()));
  if (!record) return unexpected(record.error());
  if (!*record || (*record)->expires_at <= now) return {};
  known.visitor = std::move(*record);
  if (!known.said.empty() && known.session && !known.session->spends.empty())
    known.joined = joined(known.visitor->spends, known.session->spends);
  if (!wanted.visitor) return {};
  auto all = seen(find, handle, digest, now, known);
  if (!all) return unexpected(all.error());
  known.seen = std::move(*all);
  known.merged = merged(known.seen);
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
