// The read port of the outbox: subscriptions, due deliveries, and the log. Writes go through commit::Commit, in the
// commit of the fact that caused them.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/trace.h"
#include "outbox/delivery.h"
#include "outbox/replay.h"
#include "outbox/subscription.h"

namespace beckon::outbox {

// A due delivery, with what to send.
struct Due {
  Delivery delivery;
  std::shared_ptr<const std::string> body;
  Instant occurred_at{};
  Trace trace = {};  // of the request that caused the event
};

// Thread-safe.
class Outbox {
 public:
  virtual ~Outbox() = default;

  virtual Result<std::vector<Subscription>> subscriptions() = 0;  // of all handles, those not deleted

  // Deliveries of a subscription that are queued or retrying and due at `now`, earliest due first, at most `limit`. Of
  // those ordered within their session, only the first is ever due. Skips deliveries for which `in_hand` (called during
  // the call) is true: cheaply, since deliveries being sent are still due here and come first.
  using InHand = std::function<bool(const DeliveryId&)>;
  virtual Result<std::vector<Due>> due(const SubscriptionId& subscription, Instant now, std::size_t limit,
                                       const InHand& in_hand = nullptr) = 0;

  // The earliest next_attempt_at of a subscription's queued and retrying deliveries; std::nullopt if there are none.
  virtual Result<std::optional<Instant>> next_due(const SubscriptionId& subscription) = 0;

  // The newest deliveries of a subscription, at most `limit`, newest first. For lists and filters: DeliveryLog.
  virtual Result<std::vector<Delivery>> deliveries(const Handle& handle, const SubscriptionId& subscription,
                                                   std::size_t limit) = 0;
  virtual Result<std::optional<Delivery>> delivery(const Handle& handle, const DeliveryId& id) = 0;
  virtual Result<std::vector<Attempt>> attempts(const DeliveryId& id) = 0;  // in order
  virtual Result<std::optional<Event>> event(const Handle& handle, const EventId& id) = 0;
  virtual Result<std::vector<Delivery>> deliveries_of(const Handle& handle, const EventId& id) = 0;
  // Deliveries of a session's events, newest first, at most `limit`: for its timeline.
  virtual Result<std::vector<Delivery>> deliveries_of(const Handle& handle, const SessionId& id, std::size_t limit) = 0;

  // A session's events in the order of their ids, strictly after one, at most `limit`.
  virtual Result<std::vector<Event>> events_of(const Handle& handle, const SessionId& id, const EventId& behind,
                                               std::size_t limit) = 0;

  // For maintenance, across handles, at most `limit`: deliveries held since before an instant (longest first),
  // deliveries after `behind` (by id; those never attempted may be left out), and events without a subscriber from
  // before an instant (oldest first).
  virtual Result<std::vector<Delivery>> held_before(Instant before, std::size_t limit) = 0;
  virtual Result<std::vector<Delivery>> oldest(const DeliveryId& behind, std::size_t limit) = 0;
  virtual Result<std::vector<std::pair<Handle, EventId>>> unmatched_before(Instant before, std::size_t limit) = 0;

  // Deleted subscriptions that still have pending deliveries, for finishing the deletion at start.
  virtual Result<std::vector<SubscriptionId>> deleted_with_pending() = 0;

  // What a replay queues, oldest first, strictly after a position, at most `limit`; and the total number.
  virtual Result<std::vector<Delivery>> replayable(const SubscriptionId& subscription, const ReplayRange& range,
                                                   const DeliveryPlace& behind, std::size_t limit) = 0;
  virtual Result<std::uint64_t> count_replayable(const SubscriptionId& subscription, const ReplayRange& range) = 0;
  virtual Result<std::vector<Replay>> running_replays() = 0;  // of all handles, oldest first
  virtual Result<std::vector<Replay>> replays(const Handle& handle,
                                              const SubscriptionId& subscription) = 0;  // newest first
  virtual Result<std::optional<Replay>> replay(const Handle& handle, const ReplayId& id) = 0;

  // Whether a subscription existed and was deleted: its log stays readable.
  virtual Result<bool> was_known(const Handle& handle, const SubscriptionId& id) = 0;

  // For metrics and health: deliveries by state, and the oldest due.
  struct Backlog {
    std::uint64_t queued = 0, retrying = 0, held = 0;
    std::optional<Instant> oldest_due;
  };
  virtual Result<Backlog> backlog() = 0;
};

}  // namespace beckon::outbox
