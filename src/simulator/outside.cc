#include "simulator/outside.h"

#include <algorithm>

namespace beckon::simulator {

bool KnownSubscription::wants(std::string_view event_type) const {
  if (type == "*") return true;
  if (type.ends_with(".*")) return event_type.starts_with(std::string_view(type).substr(0, type.size() - 1));
  return type == event_type;
}

std::string type_of(const KnownSignal& signal) { return "signal." + signal.key; }

std::optional<std::size_t> Outside::find(const SubscriptionId& id) const {
  const auto found = std::ranges::find(subscriptions, id, &KnownSubscription::id);
  if (found == subscriptions.end()) return std::nullopt;
  return static_cast<std::size_t>(found - subscriptions.begin());
}

// Later requests are planned later: a deletion requested earlier may come first, one requested later may be in the same
// commit.
Owed Outside::asked(const Handle& handle, std::string_view type) const {
  Owed owed;
  for (std::size_t i = 0; i < subscriptions.size(); ++i) {
    const KnownSubscription& one = subscriptions[i];
    if (one.handle != handle || !one.wants(type) || one.deleted == Answer::kYes || one.created == Answer::kNo) continue;
    owed.perhaps.push_back(i);
    if (one.created == Answer::kYes && !one.delete_asked) owed.sure.push_back(i);
  }
  return owed;
}

void Outside::answered(Owed& owed, const Handle& handle, std::string_view type) const {
  std::erase_if(owed.sure, [&](std::size_t i) { return subscriptions[i].delete_asked; });
  const std::size_t known = owed.perhaps.empty() ? 0 : owed.perhaps.back() + 1;
  for (std::size_t i = known; i < subscriptions.size(); ++i)
    if (subscriptions[i].handle == handle && subscriptions[i].wants(type) && subscriptions[i].created != Answer::kNo)
      owed.perhaps.push_back(i);
}

std::size_t Outside::died(int life) {
  std::size_t unknown = 0;
  for (KnownSignal& signal : signals)
    if (signal.answer == Answer::kWaiting && signal.asked_of == life) {
      answered(signal.owed, sessions[signal.session].handle, type_of(signal));
      signal.answer = Answer::kUnknown;
      ++unknown;
    }
  for (KnownEvent& event : events)
    if (event.answer == Answer::kWaiting && event.asked_of == life) {
      answered(event.owed, event.handle, event.type);
      event.answer = Answer::kUnknown;
      ++unknown;
    }
  for (KnownSubscription& one : subscriptions) {
    if (one.asked_of != life) continue;
    if (one.created == Answer::kWaiting) one.created = Answer::kUnknown;
    if (one.deleted == Answer::kWaiting) one.deleted = Answer::kUnknown;
    unknown += (one.created == Answer::kUnknown) + (one.deleted == Answer::kUnknown);
  }
  for (KnownReader& one : readers)
    if (one.asked_of == life) one.asked_of = 0;
  return unknown;
}

}  // namespace beckon::simulator
