// P1 and P2: everything acknowledged is in the store, after each restart and at the end, and nothing is there that was
// not requested.
#include <algorithm>
#include <charconv>
#include <utility>

#include "simulator/world.h"

namespace beckon::simulator {

void World::check_answers(Process& at) {
  const auto stored = at.store().outbox().subscriptions();
  for (KnownSubscription& one : outside_.subscriptions) {
    if (!at.has(one.handle)) continue;
    const bool there = std::ranges::find(*stored, one.id, &outbox::Subscription::id) != stored->end();
    if (one.created == Answer::kUnknown) one.created = there ? Answer::kYes : Answer::kNo;
    if (one.deleted == Answer::kUnknown) {
      one.deleted = there ? Answer::kNo : Answer::kYes;
      one.delete_asked = !there;
    }
    require(there || one.created != Answer::kYes || one.delete_asked,
            [&] { return "P1: a subscription is lost: " + one.id.text; });
    require(!there || one.created != Answer::kNo,
            [&] { return "P2: a subscription is there that was refused: " + one.id.text; });
    require(!there || one.deleted != Answer::kYes,
            [&] { return "P1: a subscription is there that was deleted: " + one.id.text; });
  }
  for (std::size_t i = 0; i < outside_.sessions.size(); ++i)
    if (at.has(outside_.sessions[i].handle)) check_session(at, i);
  if (at.has(Handle{std::string(kOfRules)})) check_readers(at);
  for (std::size_t n = 0; n < outside_.events.size(); ++n) {
    const KnownEvent& event = outside_.events[n];
    if (event.answer != Answer::kYes || !at.has(event.handle)) continue;
    const auto kept = at.store().outbox().event(event.handle, event.id);
    require(kept->has_value(), [&] { return "P1: a published event is lost: e" + std::to_string(n); });
  }
}

void World::check_session(Process& at, std::size_t number) {
  const KnownSession& session = outside_.sessions[number];
  const auto digest = at.sessions.digest(session.handle.view(), session.id.view());
  const auto found = at.sessions.find(session.handle, session.id, digest);
  for (const std::size_t n : session.signals) outside_.signals[n].version = 0;
  const std::size_t size = *found ? (*found)->window.size() : 0;
  for (std::size_t i = 0; i < size; ++i) {
    const ledger::Signal signal = (*found)->window[i];
    std::size_t n = outside_.signals.size();
    std::from_chars(signal.value.data() + 1, signal.value.data() + signal.value.size(), n);
    require(n < outside_.signals.size() && outside_.signals[n].session == number,
            [&] { return "P2: a signal is there that nobody sent: " + std::string(signal.value); });
    require(outside_.signals[n].version == 0, [&] { return "P2: a signal is there twice: s" + std::to_string(n); });
    outside_.signals[n].version = signal.version;
  }
  // Counted by the session itself, or, if it has a visitor, for it in the own record of the id.
  const bool of_visitor = *found && !(*found)->visitor.empty();
  const SessionId own = of_visitor ? ledger::own_record((*found)->visitor.view()) : session.id;
  const auto kept = at.sessions.find(session.handle, own, at.sessions.digest(session.handle.view(), own.view()));
  std::uint64_t count = 0;
  if (*found && *kept && (*kept)->counted)
    for (const ledger::Subtotal& one : (*kept)->counted->of(Process::kCounter))
      if (one.session == (of_visitor ? digest.low : 0)) count += one.count;
  require(count == size, [&] {
    return "P1, P2: " + std::to_string(count) + " signals are counted, and " + std::to_string(size) + " are there";
  });
  const auto is_there = [&](std::size_t n) {
    return outside_.signals[n].version != 0 && outside_.signals[n].answer == Answer::kYes;
  };
  const bool erased = std::ranges::none_of(
      session.signals, [&](std::size_t n) { return outside_.signals[n].perhaps_gone && is_there(n); });
  for (const std::size_t n : session.signals) {
    KnownSignal& signal = outside_.signals[n];
    const bool there = signal.version != 0;
    if (std::exchange(signal.perhaps_gone, false)) signal.gone = signal.gone || (erased && !there);
    if (signal.answer == Answer::kUnknown) {
      signal.answer = there ? Answer::kYes : Answer::kNo;
      signal.answered_at = stage_.time.passed();
    }
    require(there || signal.gone || signal.answer != Answer::kYes,
            [&] { return "P1: an acknowledged signal is lost: s" + std::to_string(n); });
    require(!there || signal.answer != Answer::kNo,
            [&] { return "P2: a signal is there that was refused: s" + std::to_string(n); });
    require(!there || !signal.gone, [&] { return "P2: a signal is there that was erased: s" + std::to_string(n); });
  }
}

}  // namespace beckon::simulator
