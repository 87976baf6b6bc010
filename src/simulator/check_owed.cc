// P3: one delivery for each event and each subscription that matches, and none for others; and P6 for timers.
#include <algorithm>
#include <charconv>
#include <map>

#include "simulator/world.h"

namespace beckon::simulator {
namespace {

std::uint64_t version_in(std::string_view cause) {
  std::uint64_t version = 0;
  const std::size_t at = cause.rfind("\"version\":");
  if (at != cause.npos) std::from_chars(cause.data() + at + 10, cause.data() + cause.size(), version);
  return version;
}

}  // namespace

void World::check_counts(const Owed& owed, const std::vector<int>& counts, const std::string& what) const {
  for (const std::size_t i : owed.sure)
    require(counts[i] > 0, [&] {
      return "P3: " + what + " is owed to " + outside_.subscriptions[i].id.text + ", and there is no delivery of it";
    });
  for (std::size_t i = 0; i < counts.size(); ++i) {
    require(counts[i] <= 1, [&] { return "P4: " + what + " is owed twice to " + outside_.subscriptions[i].id.text; });
    require(counts[i] == 0 || std::ranges::find(owed.perhaps, i) != owed.perhaps.end(), [&] {
      return "P2: " + what + " is owed to " + outside_.subscriptions[i].id.text + ", which did not want it";
    });
  }
}

void World::check_signals_owed() {
  const std::vector<int> none(outside_.subscriptions.size());
  for (const KnownSession& session : outside_.sessions) {
    auto& outbox = owner(session.handle)->store().outbox();
    std::map<std::uint64_t, std::vector<int>> owed, messages;  // by version
    const auto all = outbox.deliveries_of(session.handle, session.id, 1'000'000);
    for (const outbox::Delivery& one : *all) {
      if (one.event_type == "chain.decision.resolved") continue;
      const auto event = outbox.event(session.handle, one.event);
      auto& of = one.event_type == "chain.message.due" ? messages : owed;
      ++of.try_emplace(version_in((*event)->cause), none).first->second[*outside_.find(one.subscription)];
    }
    for (const std::size_t n : session.signals) {
      const KnownSignal& signal = outside_.signals[n];
      if (signal.answer != Answer::kYes || signal.gone) continue;
      const auto found = owed.extract(signal.version);
      check_counts(signal.owed, found ? found.mapped() : none, "s" + std::to_string(n));
    }
    require(owed.empty(), [&] { return "P2: a signal of " + session.id.text + " was told that is not there"; });
    check_messages(session, messages);
  }
}

// The rule of world.cc: half an hour after the newest cart, without a purchase after it, once.
void World::check_messages(const KnownSession& session, const std::map<std::uint64_t, std::vector<int>>& messages) {
  for (const auto& [version, counts] : messages)
    for (std::size_t i = 0; i < counts.size(); ++i)
      require(counts[i] <= 1,
              [&] { return "P4: a timer fired twice: version " + std::to_string(version) + " of " + session.id.text; });
  if (session.handle.view() == kOfPeople) return;
  Process& at = *owner(session.handle);
  const auto digest = at.sessions.digest(session.handle.view(), session.id.view());
  const auto found = at.sessions.find(session.handle, session.id, digest);
  if (!*found) return;
  const ledger::Window& window = (*found)->window;
  std::size_t cart = window.size();
  for (std::size_t i = 0; i < window.size(); ++i)
    if (window.key(i) == "cart") cart = i;
  for (std::size_t i = cart; i < window.size(); ++i)
    if (window.key(i) == "purchase") return;
  if (cart == window.size()) return;
  const std::uint64_t version = window[cart].version;
  require((*found)->done_anchor("rescue") == version,
          [&] { return "P6: a timer was lost: of version " + std::to_string(version) + " of " + session.id.text; });
  const auto signal =
      std::ranges::find_if(session.signals, [&](std::size_t n) { return outside_.signals[n].version == version; });
  for (const std::size_t i : outside_.signals[*signal].owed.sure) {
    const KnownSubscription& one = outside_.subscriptions[i];
    if (one.type != "*" || one.delete_asked) continue;
    require(messages.contains(version) && messages.at(version)[i] == 1, [&] {
      return "P3: the message of version " + std::to_string(version) + " of " + session.id.text + " is not owed to " +
             one.id.text;
    });
  }
}

void World::check_events_owed() {
  for (std::size_t n = 0; n < outside_.events.size(); ++n) {
    const KnownEvent& event = outside_.events[n];
    if (event.answer != Answer::kYes) continue;
    auto& outbox = owner(event.handle)->store().outbox();
    std::vector<int> counts(outside_.subscriptions.size());
    const auto all = outbox.deliveries_of(event.handle, event.id);
    for (const outbox::Delivery& one : *all) ++counts[*outside_.find(one.subscription)];
    check_counts(event.owed, counts, "e" + std::to_string(n));
    const bool unmatched = (*outbox.event(event.handle, event.id))->unmatched;
    require(unmatched == all->empty(), [&] { return "P3: e" + std::to_string(n) + " is neither owed nor unmatched"; });
    if (unmatched) stage_.counts.add(Count::kUnmatched);
  }
}

}  // namespace beckon::simulator
