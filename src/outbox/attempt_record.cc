#include "outbox/attempt_record.h"

#include <algorithm>
#include <array>

namespace beckon::outbox {
namespace {

bool is_signature_header(std::string_view name) {
  return name == "webhook-signature" || name.starts_with("x-arjun-signature");
}

}  // namespace

bool follows_from_delivery(std::string_view header) {
  static constexpr std::array<std::string_view, 5> kFollowing{"content-type", "webhook-id", "webhook-timestamp",
                                                              "x-arjun-event-type", "x-arjun-attempt"};
  return std::ranges::find(kFollowing, header) != kFollowing.end();
}

// In the same order as attempt_request in dispatch, whose test compares the two.
Headers given_headers(const Attempt& attempt, const Delivery& delivery, const SecretBox& secrets) {
  Headers recorded = recorded_headers(attempt, delivery.handle, delivery.subscription, secrets);
  const auto is_left_out = [](const auto& header) { return follows_from_delivery(header.first); };
  if (recorded.empty() || std::ranges::any_of(recorded, is_left_out)) return recorded;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(attempt.at).time_since_epoch().count();
  const auto rest = std::ranges::find_if(recorded, [](const auto& one) { return !is_signature_header(one.first); });
  Headers all{{"content-type", "application/json"},
              {"webhook-id", delivery.event.text},
              {"webhook-timestamp", std::to_string(seconds)}};
  all.insert(all.end(), recorded.begin(), rest);
  all.emplace_back("x-arjun-event-type", delivery.event_type);
  all.emplace_back("x-arjun-attempt", std::to_string(attempt.number));
  all.insert(all.end(), rest, recorded.end());
  return all;
}

}  // namespace beckon::outbox
