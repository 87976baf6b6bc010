// Limits of a subscription: contract section 6. The egress room decides where it may send to.
#pragma once
#include <cstddef>
#include <string_view>

namespace beckon::outbox {

namespace subscription_limits {
inline constexpr std::size_t kPerHandle = 100;
inline constexpr std::size_t kEventTypes = 50;
inline constexpr std::size_t kEventTypeSize = 128;
inline constexpr std::size_t kDescription = 256;  // characters
inline constexpr std::size_t kHeaders = 20;
inline constexpr std::size_t kHeaderValue = 2048;
inline constexpr int kRatePerSecond = 1000;
}  // namespace subscription_limits

// An exact event type, "prefix.*" or "*".
bool is_event_pattern(std::string_view text);

// Whether the server sets a header (its name in lower case) on each attempt, overriding the subscription's.
bool is_set_by_server(std::string_view header);

}  // namespace beckon::outbox
