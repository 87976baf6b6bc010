// A replay: deliveries of a time range to a subscription are queued again, step by step. Contract section 6.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "outbox/delivery.h"

namespace beckon::outbox {

enum class ReplayState : std::uint8_t { kRunning = 0, kDone = 1, kCancelled = 2 };
std::string_view to_text(ReplayState state);  // "running", "done", "cancelled"

// Which deliveries are replayed: those scheduled in [since, until) that have ended and whose body exists. Without a
// status, those delivered or failed, since withdrawn ones were withdrawn for a reason. Never those of a delayed rule
// whose reason has ended.
struct ReplayRange {
  Instant since{};
  Instant until{};
  std::optional<DeliveryState> status;  // kDelivered, kFailed or kWithdrawn
};

bool is_in_range(const ReplayRange& range, const Delivery& delivery, bool erased);

// Written in the same commits as the deliveries it queues, so that it continues where it was after a restart.
struct Replay {
  ReplayId id;
  Handle handle;
  SubscriptionId subscription;
  ReplayRange range;
  ReplayState state = ReplayState::kRunning;
  std::uint64_t total = 0;   // in the range when it was requested
  std::uint64_t queued = 0;  // so far
  DeliveryPlace place;       // continues strictly after it
  Instant created_at{};
  Instant ended_at{};  // once it has ended
};

}  // namespace beckon::outbox
