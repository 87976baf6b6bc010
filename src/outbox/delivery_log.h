// The port through which the deliveries of a handle are looked through: all endpoints' in one list, and what became of
// those of one. Each call reads a bounded number of rows.
#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "base/result.h"
#include "outbox/delivery.h"

namespace beckon::outbox {

struct DeliverySearch {
  std::optional<SubscriptionId> subscription;
  Instant since{}, until = Instant::max();         // created in [since, until)
  bool delivered = true;                           // false: none that has been delivered; those are the most
  std::function<bool(const Delivery&)> fits = {};  // asked from within the call; empty: all
};

struct FoundDeliveries {
  static constexpr std::size_t kMostRead = 2'000;  // rows; a call that has read as many ends with what it has found

  std::vector<Delivery> deliveries;
  std::optional<DeliveryPlace> more_behind;  // the last one read, unless it was the last of all
};

// What became of the newest deliveries of an endpoint, and how many it has not been sent yet.
struct EndpointLog {
  static constexpr std::size_t kMostWaiting = 10'000;  // that are counted; which of them waits longest is told too

  struct Entry {
    Instant created_at{};
    DeliveryState state = DeliveryState::kQueued;
    int attempts = 0;
    std::int64_t answer_us = 0;  // of its last attempt, from its start to the end of the response; 0: none came
  };
  std::vector<Entry> entries;            // newest first
  bool more = false;                     // whether there are others that are as new as was asked for
  std::size_t waiting = 0;               // queued, being sent, retrying or held
  std::optional<Instant> waiting_since;  // of the oldest of them
};

// Thread-safe.
class DeliveryLog {
 public:
  virtual ~DeliveryLog() = default;

  // Newest first, strictly behind a place.
  virtual Result<FoundDeliveries> search(const Handle& handle, const DeliverySearch& search,
                                         const std::optional<DeliveryPlace>& behind, std::size_t limit) = 0;

  // Of a subscription's deliveries that were created since then, the newest `limit`.
  virtual Result<EndpointLog> log_of(const SubscriptionId& subscription, Instant since, std::size_t limit) = 0;
};

}  // namespace beckon::outbox
