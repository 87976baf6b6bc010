// Visitors with several browsers: the requests of their pages, and what holds for a visitor whatever joins.
//
// Which visitor owns what is read from the process, as of the last commit; everything else is from responses.
#include <algorithm>

#include "commit/visitor.h"
#include "ledger/codec.h"
#include "simulator/world.h"

namespace beckon::simulator {

using ledger::SessionPtr;

namespace {

constexpr Duration kPeriod = 1h;  // of the cap of "offer" (world.cc)
constexpr std::size_t kMost = 2;

// The line in which the texts begin to differ: its owner, and the bytes from shortly before.
std::string around(const std::string& text, std::ptrdiff_t at) {
  const auto place = static_cast<std::size_t>(at);
  const std::size_t begin = place == 0 ? 0 : text.rfind('\n', place - 1) + 1;
  std::string out = text.substr(begin, text.find(' ', begin) - begin) + " …";
  for (std::size_t i = place < 16 ? 0 : place - 16; i < std::min(text.size(), place + 48); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    constexpr std::string_view kDigits = "0123456789abcdef";
    if (byte >= 0x20 && byte < 0x7f)
      out += text[i];
    else
      out += {'<', kDigits[byte >> 4], kDigits[byte & 15], '>'};
  }
  return out + "…";
}

}  // namespace

std::string World::who(const KnownSession& session) {
  std::string out;
  if (!session.browser.empty()) out += R"(,"anonymousId":")" + session.browser + '"';
  if (!session.person.empty()) out += R"(,"visitorId":")" + session.person + '"';
  return out;
}

World::Party World::party(Process& at, std::size_t session) const {
  const Handle& handle = outside_.sessions[session].handle;
  const commit::VisitorReader reader = commit::reader_of(at.sessions, handle, stage_.time.now());
  const auto name_of = [&](const KnownSession& one) {
    const auto found = *at.sessions.find(handle, one.id, at.sessions.digest(handle.view(), one.id.view()));
    return !found || found->visitor.empty() ? VisitorId{} : *reader.name(found->visitor);
  };
  Party all{.name = name_of(outside_.sessions[session]), .sessions = {}};
  for (std::size_t i = 0; i < outside_.sessions.size(); ++i) {
    const KnownSession& one = outside_.sessions[i];
    if (i == session || (!all.name.empty() && one.handle == handle && name_of(one) == all.name))
      all.sessions.push_back(i);
  }
  return all;
}

// A page of one of their sessions requests a decision.
void World::ask() {
  std::vector<std::size_t> known;
  for (std::size_t i = 0; i < outside_.sessions.size(); ++i)
    if (outside_.sessions[i].handle.view() == kOfPeople) known.push_back(i);
  Process* const at = reach(Handle{std::string(kOfPeople)});
  if (known.empty() || !at) return;
  const std::size_t n = known[stage_.dice.below(known.size())];
  const KnownSession& session = outside_.sessions[n];
  const auto body = json::parse(R"({"sessionId":")" + session.id.text + '"' + who(session) + R"(,"trigger":"page"})");
  auto request = decision::parse_decision(body->root(), at->tenants, kOfPeople, false, stage_.time.now());
  require(request.has_value(), [&] { return "the request of a page is refused: " + request.error().message; });
  at->resolver.resolve(
      std::move(*request),
      while_alive(*at, [this, at, n, before = party(*at, n)](const Result<decision::Envelope>& answer) {
        stage_.tell([&] {
          return outside_.sessions[n].id.text + " is answered " +
                 (answer ? std::string(rules::to_text(answer->verdict.outcome)) : "nothing: " + answer.error().message);
        });
        stage_.counts.add(answer ? Count::kAccepted : Count::kRefused);
        if (!answer || answer->verdict.outcome != rules::Outcome::kAct) return;
        stage_.counts.add(Count::kActed);
        outside_.acts.push_back({n, outside_.acts.size(), answer->resolved_at});
        check_cap(*at, before, outside_.acts.back());
      }));
}

// A cap applies to all sessions of a visitor together: those that are the visitor's by then, since a join revokes
// nothing. Joins in the same commit do not count, because their order is unknown here.
void World::check_cap(Process& at, const Party& before, const KnownAct& act) {
  const Party now = party(at, act.session);
  if (now.name != before.name) return;
  const auto counts = [&](const KnownAct& one) {
    return act.at - kPeriod < one.at && one.at <= act.at && one.number >= outside_.sessions[one.session].acts_from &&
           std::ranges::binary_search(now.sessions, one.session) &&
           std::ranges::binary_search(before.sessions, one.session);
  };
  const auto acts = static_cast<std::size_t>(std::ranges::count_if(outside_.acts, counts));
  require(acts <= kMost, [&] {
    return "Cap: " + std::to_string(acts) + " offers within an hour, the last in " +
           outside_.sessions[act.session].id.text;
  });
}

// No message is sent to a visitor who has done, in any session, what the message says is missing.
void World::check_message(Process& at, const Received& request) {
  const std::size_t n = outside_.signals[*request.anchor].session;
  const Handle& handle = outside_.sessions[n].handle;
  const auto window_of = [&](std::size_t session) {
    const SessionId& id = outside_.sessions[session].id;
    const auto found = *at.sessions.find(handle, id, at.sessions.digest(handle.view(), id.view()));
    return found ? found->window : ledger::Window{};
  };
  const ledger::Window own = window_of(n);
  const std::string value = "s" + std::to_string(*request.anchor);
  std::size_t anchor = 0;
  while (anchor < own.size() && own[anchor].value != value) ++anchor;
  if (anchor == own.size()) return;
  const auto order = [](const ledger::Signal& signal) { return std::pair(signal.at, signal.place); };
  const bool of_people = handle.view() == kOfPeople;
  const std::vector<std::size_t> sessions = of_people ? party(at, n).sessions : std::vector{n};
  for (const std::size_t session : sessions) {
    const ledger::Window window = window_of(session);
    for (std::size_t i = 0; i < window.size(); ++i)
      require(window.key(i) != "purchase" || order(window[i]) < order(own[anchor]), [&] {
        return "Untrue: " + attempts_.words(request) + ", and " + outside_.sessions[session].id.text +
               " has the purchase " + std::string(window[i].value) + " behind " + value;
      });
  }
}

// An operator learns that two visitors are one person, often because one of them has bought.
void World::alias() {
  Process* const at = reach(Handle{std::string(kOfPeople)});
  if (!at) return;
  const VisitorId one = person_named(stage_.dice.below(kPeople)), other = person_named(stage_.dice.below(kPeople));
  const auto theirs = [&](const KnownSession& session) { return session.person == other.text; };
  const auto session = std::ranges::find_if(outside_.sessions, theirs);
  if (session != outside_.sessions.end() && session->signals.size() < 100 && stage_.dice.one_in(2)) {
    const std::size_t n = outside_.signals.size();
    session->signals.push_back(n);
    outside_.signals.push_back(
        {.session = static_cast<std::size_t>(session - outside_.sessions.begin()), .key = "purchase"});
    append(outside_.signals.back().session, {n});
  }
  const auto plan = [one, other](commit::Draft& draft) {
    return commit::join(draft, Handle{std::string(kOfPeople)}, one, other, draft.now() + std::chrono::days{30});
  };
  at->plan(plan, while_alive(*at, [this, one, other](const std::optional<Fault>& fault) {
             stage_.tell([&] { return other.text + (fault ? " is not joined to " : " is joined to ") + one.text; });
             if (!fault) stage_.counts.add(Count::kJoined);
           }));
}

// Their stored data: their sessions, the own records of their ids, and the timers.
std::string World::all_of_people() {
  const Handle handle{std::string(kOfPeople)};
  const Instant now = stage_.time.now();
  Process& at = *owner(handle);
  const commit::VisitorReader reader = commit::reader_of(at.sessions, handle, now);
  std::string out;
  const auto add = [&](const SessionPtr& one) {
    if (!one) return;
    ledger::Session kept = *one;
    kept.expires_at = kept.last_received = {};  // a join extends records
    out += kept.id.text + " " + ledger::encode_snapshot(kept) + "\n";
  };
  for (const KnownSession& session : outside_.sessions) {
    if (session.handle != handle) continue;
    add(*at.sessions.find(handle, session.id, at.sessions.digest(handle.view(), session.id.view())));
    const auto timers = *at.store().timers().timers_of(handle, session.id);
    for (const delayed::Timer& timer : timers)
      out += "timer " + timer.rule.text + " " + std::to_string(timer.anchor) + " " + to_rfc3339(timer.due_at) + "\n";
  }
  for (int i = 0; i < kPeople; ++i) {
    const auto records = *reader.records(person_named(i));
    for (const SessionPtr& record : records) add(record);
  }
  return out;
}

// An undone join leaves nothing behind.
void World::check_undo() {
  const Handle handle{std::string(kOfPeople)};
  for (int i = 0; i < 6; ++i) {  // so that something waits
    std::vector<std::size_t> known;
    for (std::size_t n = 0; n < outside_.sessions.size(); ++n)
      if (outside_.sessions[n].handle == handle && outside_.sessions[n].signals.size() < 100) known.push_back(n);
    if (known.empty()) return;
    const std::size_t session = known[stage_.dice.below(known.size())];
    outside_.sessions[session].signals.push_back(outside_.signals.size());
    outside_.signals.push_back({.session = session, .key = stage_.dice.one_in(3) ? "purchase" : "cart"});
    append(session, {outside_.signals.size() - 1});
    pass(stage_.time.passed() + 1s);
  }
  Process& at = *owner(handle);
  const commit::VisitorReader reader = commit::reader_of(at.sessions, handle, stage_.time.now());
  std::vector<VisitorId> names;
  for (int i = 0; i < kPeople; ++i)
    if (const VisitorId name = *reader.name(person_named(i));
        !reader.records(name)->empty() && std::ranges::find(names, name) == names.end())
      names.push_back(name);
  if (names.size() < 2) return;
  const std::size_t first = stage_.dice.below(names.size());
  const VisitorId one = names[first], name = names[(first + 1) % names.size()];
  const auto records = *reader.records(name);
  std::vector<VisitorId> ids{name};
  for (const SessionPtr& record : records)
    if (const VisitorId id{std::string(commit::id_of(*record))}; id != name) ids.push_back(id);
  const std::string before = all_of_people();
  const auto done = [](const std::optional<Fault>& fault) {
    require(!fault, [&] { return "Undo: refused: " + fault->message; });
  };
  at.plan(
      [&](commit::Draft& draft) { return commit::join(draft, handle, one, name, draft.now() + std::chrono::days{30}); },
      done);
  pass(stage_.time.passed() + 1s);
  require(*reader.name(name) == one, [] { return "Undo: nothing is joined"; });
  at.plan([&](commit::Draft& draft) { return commit::split(draft, handle, ids); }, done);
  pass(stage_.time.passed() + 1s);
  stage_.counts.add(Count::kUndone);
  const std::string after = all_of_people();
  require(before == after, [&] {
    const auto [left, right] = std::ranges::mismatch(before, after);
    return "Undo: of " + name.text + " and " + one.text + ", before: " + around(before, left - before.begin()) +
           ", after: " + around(after, right - after.begin());
  });
}

}  // namespace beckon::simulator
