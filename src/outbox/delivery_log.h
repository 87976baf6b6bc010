// The read port for searching the deliveries of a handle: those of all endpoints in one list, and the results of one
// endpoint. Each call reads a bounded number of rows.
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
  bool delivered = true;                           // false excludes delivered ones, which are the majority
  std::function<bool(const Delivery&)> fits = {};  // called during the search; empty for all
};

struct FoundDeliveries {
  static constexpr std::size_t kMostRead = 2'000;  // rows; after so many, a call returns what it has found

  std::vector<Delivery> deliveries;
  std::optional<DeliveryPlace> more_behind;  // the last delivery read, unless there are no more
};

// The results of an endpoint's newest deliveries, and how many are still waiting.
struct EndpointLog {
  static constexpr std::size_t kMostWaiting = 10'000;  // the most that are counted, and considered for waiting_since

  struct Entry {
    Instant created_at{};
    DeliveryState state = DeliveryState::kQueued;
    int attempts = 0;
    std::int64_t answer_us = 0;  // of the last attempt, from its start to the end of the response; 0 if there was none
  };
  std::vector<Entry> entries;            // newest first
  bool more = false;                     // whether there are more deliveries in the requested time
  std::size_t waiting = 0;               // queued, being sent, retrying or held
  std::optional<Instant> waiting_since;  // creation of the oldest of them
};

// Thread-safe.
class DeliveryLog {
 public:
  virtual ~DeliveryLog() = default;

  // Newest first, strictly after `behind` in that order.
  virtual Result<FoundDeliveries> search(const Handle& handle, const DeliverySearch& search,
                                         const std::optional<DeliveryPlace>& behind, std::size_t limit) = 0;

  // The newest `limit` of a subscription's deliveries created since then.
  virtual Result<EndpointLog> log_of(const SubscriptionId& subscription, Instant since, std::size_t limit) = 0;
};

}  // namespace beckon::outbox
