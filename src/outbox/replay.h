// A replay: what was scheduled for a subscription in a span of time is queued again, step by step. Contract section 6.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "outbox/delivery.h"

namespace beckon::outbox {

enum class ReplayState : std::uint8_t { kRunning = 0, kDone = 1, kCancelled = 2 };
std::string_view to_text(ReplayState state);  // "running", "done", "cancelled"

// Which deliveries are replayed: those scheduled from `since` and before `until` that have ended and whose body is
// there. Without a status those that were delivered or failed: what was withdrawn was so for a reason. Never a delayed
// rule's whose reason has ended.
struct ReplayRange {
  Instant since{};
  Instant until{};
  std::optional<DeliveryState> status;  // kDelivered, kFailed or kWithdrawn
};

bool is_in_range(const ReplayRange& range, const Delivery& delivery, bool erased);

// Written in the same commits as what it queues, so that it goes on after a restart where it was.
struct Replay {
  ReplayId id;
  Handle handle;
  SubscriptionId subscription;
  ReplayRange range;
  ReplayState state = ReplayState::kRunning;
  std::uint64_t total = 0;   // in the range when it was asked for
  std::uint64_t queued = 0;  // so far
  DeliveryPlace place;       // it goes on strictly behind it
  Instant created_at{};
  Instant ended_at{};  // once it does not run
};

}  // namespace beckon::outbox
