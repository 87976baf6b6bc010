// Requests of visitors' pages and of the operator's own systems.
#include <algorithm>
#include <array>
#include <iterator>

#include "simulator/world.h"

namespace beckon::simulator {

using intake::Appended;
using intake::AppendRequest;

void World::append() {
  Dice& dice = stage_.dice;
  if (outside_.sessions.empty() || dice.one_in(3)) {
    const Handle& handle =
        dice.one_in(2) ? outside_.handles.back() : outside_.handles[dice.below(outside_.handles.size() - 1)];
    outside_.sessions.push_back(
        {.handle = handle, .id = SessionId{"sess-" + std::to_string(outside_.sessions.size())}});
    if (handle.view() == kOfPeople && !dice.one_in(4))
      outside_.sessions.back().browser = "b" + std::to_string(dice.below(kBrowsers));
  }
  const std::size_t session = dice.below(outside_.sessions.size());
  if (std::string& person = outside_.sessions[session].person;
      outside_.sessions[session].handle.view() == kOfPeople && person.empty() && dice.one_in(4))
    person = person_named(dice.below(kPeople)).text;
  if (outside_.sessions[session].signals.size() > 100) return;
  std::vector<std::size_t> numbers;
  for (int i = dice.between(1, 3); i > 0; --i) {
    static constexpr std::array<const char*, 4> kMixed{"view", "cart", "cart", "purchase"},
        kStrangers{"view", "view", "cart", "cart"}, kKnown{"view", "view", "view", "cart"};
    const KnownSession& session_of = outside_.sessions[session];
    const auto& keys = session_of.handle.view() != kOfPeople ? kMixed : session_of.person.empty() ? kStrangers : kKnown;
    numbers.push_back(outside_.signals.size());
    outside_.sessions[session].signals.push_back(outside_.signals.size());
    outside_.signals.push_back({.session = session, .key = keys[dice.below(std::size_t{4})]});
  }
  append(session, numbers);
}

void World::append(std::size_t number, const std::vector<std::size_t>& numbers) {
  const KnownSession& session = outside_.sessions[number];
  Process* const at = reach(session.handle);
  if (!at) return unreached(numbers);
  std::string body = R"({"sessionId":")" + session.id.text + '"' + who(session) + R"(,"signals":[)";
  int known = 0;
  for (const std::size_t n : numbers) {
    KnownSignal& signal = outside_.signals[n];
    const std::string name = "\"s" + std::to_string(n) + "\"";
    body += (body.back() == '[' ? "" : ",") +
            (R"({"type":")" + signal.key + R"(","signalValue":)" + name + R"(,"id":)" + name + "}");
    if (signal.answer == Answer::kYes) {
      ++known;
      continue;
    }
    signal.answer = Answer::kWaiting;
    signal.asked_of = at->life->number;
    signal.owed = outside_.asked(session.handle, type_of(signal));
  }
  auto request = intake::parse_append(*json::parse(body + "]}"), at->tenants, session.handle.view(), stage_.time.now());
  require(request.has_value(), [&] { return "the request of a client is refused: " + request.error().message; });
  const auto done = while_alive(*at, [this, at, numbers, known, seen = session.seen](const AppendRequest&,
                                                                                     const Result<Appended>& answer) {
    stage_.tell([&] {
      const KnownSignal& first = outside_.signals[numbers[0]];
      const KnownSession& of = outside_.sessions[first.session];
      return "s" + std::to_string(numbers[0]) + " (" + std::to_string(numbers.size()) + " from " + first.key + ", " +
             of.id.text + who(of) + ") is " + (answer ? "accepted" : "refused: " + answer.error().message);
    });
    stage_.counts.add(answer ? Count::kAccepted : Count::kRefused);
    if (answer)
      require(static_cast<int>(answer->duplicates) == known && answer->accepted + answer->duplicates == numbers.size(),
              [&] {
                return "P2: s" + std::to_string(numbers[0]) + ": " + std::to_string(answer->duplicates) +
                       " duplicates, and not " + std::to_string(known);
              });
    for (const std::size_t n : numbers) {
      KnownSignal& signal = outside_.signals[n];
      if (signal.answer != Answer::kWaiting) continue;
      signal.answer = answer ? Answer::kYes : Answer::kNo;
      signal.answered_at = stage_.time.passed();
      outside_.answered(signal.owed, outside_.sessions[signal.session].handle, type_of(signal));
    }
    if (answer) stored(*at, outside_.signals[numbers[0]].session, seen);
  });
  at->submit(std::make_unique<intake::Append>(std::move(*request), at->tokens, done));
}

// No node takes them up: nothing was done with those that are new.
void World::unreached(const std::vector<std::size_t>& numbers) {
  for (const std::size_t n : numbers)
    if (outside_.signals[n].answer == Answer::kWaiting) outside_.signals[n].answer = Answer::kNo;
}

// A response was made from the session as the process has it: what was told of it before the request, up to the version
// `seen`, is in there.
void World::stored(Process& at, std::size_t number, std::uint64_t seen) {
  KnownSession& session = outside_.sessions[number];
  const auto digest = at.sessions.digest(session.handle.view(), session.id.view());
  const auto found = *at.sessions.find(session.handle, session.id, digest);
  const std::uint64_t version = found ? found->version : 0;
  const auto is_erased = [&](std::size_t n) { return outside_.signals[n].gone || outside_.signals[n].perhaps_gone; };
  if (std::ranges::any_of(session.signals, is_erased)) return;  // it began again
  require(version >= std::min(seen, session.seen), [&] {
    return "Time: " + session.id.text + " has version " + std::to_string(version) + ", and had " + std::to_string(seen);
  });
  session.seen = std::max(session.seen, version);
}

// A client without a response, or with 503, retries; some retry although they got a response.
void World::append_again() {
  if (outside_.signals.empty()) return;
  const std::size_t n = stage_.dice.below(outside_.signals.size());
  const KnownSignal& signal = outside_.signals[n];
  if (!is_known(signal.answer) || signal.gone || signal.perhaps_gone) return;
  for (const std::size_t other : outside_.sessions[signal.session].signals)
    if (outside_.signals[other].perhaps_gone) return;
  stage_.counts.add(Count::kSentAgain);
  append(signal.session, {n});
}

void World::publish() {
  Dice& dice = stage_.dice;
  const std::size_t n = outside_.events.size();
  outside_.events.push_back({.handle = outside_.handles[dice.below(outside_.handles.size())],
                             .type = dice.one_in(3) ? "order.lost" : "order.paid",
                             .own_id = dice.one_in(2) ? "e" + std::to_string(n) : ""});
  publish(n);
}

void World::publish(std::size_t n) {
  KnownEvent& event = outside_.events[n];
  Process* const at = reach(event.handle);
  if (!at) {
    if (event.answer == Answer::kWaiting) event.answer = Answer::kNo;
    return;
  }
  const Owed owed = outside_.asked(event.handle, event.type);
  const bool first = event.answer == Answer::kWaiting;
  if (event.answer != Answer::kYes && !first) {  // the first request may have published it, or this one
    std::erase_if(event.owed.sure,
                  [&](std::size_t one) { return std::ranges::find(owed.sure, one) == owed.sure.end(); });
    std::vector<std::size_t> either;
    std::ranges::set_union(event.owed.perhaps, owed.perhaps, std::back_inserter(either));
    event.owed.perhaps = std::move(either);
  }
  if (first) event.owed = owed;
  const bool known = event.answer == Answer::kYes;
  if (!known) event.answer = Answer::kWaiting;
  event.asked_of = at->life->number;
  intake::PublishRequest request{.tenant = *at->tenants.find(event.handle.view()),
                                 .type = event.type,
                                 .payload = R"({"order":"e)" + std::to_string(n) + "\"}",
                                 .id = event.own_id,
                                 .actor = "shop"};
  const auto done = while_alive(*at, [this, n, known](const Result<EventId>& answer) {
    KnownEvent& told = outside_.events[n];
    stage_.tell([&] {
      return "e" + std::to_string(n) + " is " + (answer ? answer->text : "refused: " + answer.error().message);
    });
    stage_.counts.add(answer ? Count::kPublished : Count::kRefused);
    if (known) {
      require(!answer || *answer == told.id,
              [&] { return "P4: one event was published twice: e" + std::to_string(n); });
      return;
    }
    told.answer = answer ? Answer::kYes : Answer::kNo;
    told.answered_at = stage_.time.passed();
    if (answer) told.id = *answer;
    outside_.answered(told.owed, told.handle, told.type);
  });
  at->submit(std::make_unique<intake::Publish>(std::move(request), at->store().outbox(), done));
}

void World::publish_again() {
  if (outside_.events.empty()) return;
  const std::size_t n = stage_.dice.below(outside_.events.size());
  const KnownEvent& event = outside_.events[n];
  if (!is_known(event.answer) || event.own_id.empty()) return;
  stage_.counts.add(Count::kSentAgain);
  publish(n);
}

// One tenant sends a large burst.
void World::burst() {
  const Handle handle = outside_.handles[stage_.dice.below(outside_.handles.size())];
  for (int i = stage_.dice.between(15, 45); i > 0; --i) {
    outside_.events.push_back({.handle = handle, .type = "order.paid", .own_id = ""});
    publish(outside_.events.size() - 1);
  }
}

void World::erase() {
  if (outside_.sessions.empty()) return;
  const std::size_t number = stage_.dice.below(outside_.sessions.size());
  const KnownSession& session = outside_.sessions[number];
  Process* const at = reach(session.handle);
  if (!at) return;
  const auto numbers = session.signals;
  for (const std::size_t n : numbers) outside_.signals[n].perhaps_gone = true;
  outside_.sessions[number].acts_from = static_cast<std::size_t>(-1);
  const auto plan = [at, handle = session.handle, id = session.id](commit::Draft& draft) -> std::optional<Fault> {
    const auto digest = at->sessions.digest(handle.view(), id.view());
    const auto found = draft.find(handle, id, digest);
    if (!found) return found.error();
    if (!*found) return not_found("session");
    return draft.forget(handle, id, digest, "erased", std::nullopt);
  };
  at->plan(plan, while_alive(*at, [this, at, number, numbers, id = session.id](const std::optional<Fault>& fault) {
             stage_.tell([&] { return id.text + (fault ? " is not erased: " + fault->message : " is erased"); });
             for (const std::size_t n : numbers) outside_.signals[n].perhaps_gone = false;
             outside_.sessions[number].acts_from = outside_.acts.size();
             if (fault) return;
             stage_.counts.add(Count::kErased);
             for (const std::size_t n : numbers) outside_.signals[n].gone = true;
             at->dispatcher.fence(while_alive(*at, [this, numbers] {
               for (const std::size_t n : numbers) outside_.signals[n].forgotten = true;
             }));
           }));
}

}  // namespace beckon::simulator
