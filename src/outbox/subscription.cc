#include "outbox/subscription.h"

#include <algorithm>
#include <array>

namespace beckon::outbox {
namespace {

bool takes(std::string_view pattern, std::string_view event_type) {
  if (pattern == "*") return true;
  if (!pattern.ends_with(".*")) return pattern == event_type;
  const std::string_view prefix = pattern.substr(0, pattern.size() - 1);  // with its dot
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

bool names_a_credential(std::string_view header) {
  static constexpr std::array<std::string_view, 10> kParts{"auth",   "cookie", "token",      "secret",  "password",
                                                           "passwd", "apikey", "credential", "api-key", "signature"};
  std::string name(header);
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return std::ranges::any_of(kParts, [&](std::string_view part) { return name.find(part) != std::string::npos; });
}

}  // namespace beckon::outbox
