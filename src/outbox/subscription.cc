#include "outbox/subscription.h"

#include <algorithm>

namespace beckon::outbox {
namespace {

bool takes(std::string_view pattern, std::string_view event_type) {
  if (pattern == "*") return true;
  if (!pattern.ends_with(".*")) return pattern == event_type;
  const std::string_view prefix = pattern.substr(0, pattern.size() - 1);  // including its dot
  return event_type.size() > prefix.size() && event_type.starts_with(prefix);
}

}  // namespace

bool wants(const Subscription& subscription, std::string_view event_type) {
  if (event_type == kTestEventType) return false;
  return std::ranges::any_of(subscription.event_types,
                             [&](const std::string& type) { return takes(type, event_type); });
}

bool may_send(const Subscription& subscription, std::string_view event_type) {
  return subscription.enabled || event_type == kTestEventType;
}

}  // namespace beckon::outbox
