// One queue for each endpoint (subscription): a few deliveries read ahead, when to read the store again, and how many
// attempts may be in flight. All of it can be read from the store again; none of it is durable.
#pragma once
#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/id.h"
#include "base/instant.h"
#include "dispatch/circuit.h"
#include "dispatch/pace.h"
#include "outbox/outbox.h"

namespace beckon::dispatch {

inline constexpr Instant kNever = Instant::max();

struct EndpointQueue {
  SubscriptionId id;
  Handle handle;
  std::uint64_t serial = 0;  // in order of opening; breaks ties, so that a run can be repeated

  std::deque<outbox::Due> ready;
  bool marked = false;     // the store may have more due deliveries: to be read when `ready` is empty
  bool in_refill = false;  // waiting for that read
  bool sure = false;       // wake_at is no later than the store's next due instant
  Instant wake_at = kNever;
  Instant paused_until{};
  Pace pace;
  Circuit circuit;
  // For the next probe: the delivery that an operator asks for, and the event types that failed since the endpoint last
  // answered, the longest ago first, kMostFailed at most.
  std::optional<DeliveryId> wanted;
  std::vector<std::string> failed_types;
  unsigned failures = 0;  // while the process runs: whose turn it is
  Instant updated_at{};   // of the subscription as last seen: a change by an operator closes the circuit

  bool in_turn = false;  // waiting in Turns
  bool slow = false;     // its last attempt took longer than Limits::slow_after
  int window = 2;
  int in_flight = 0;
  int unwritten = 0;

  Instant failing_since{};          // epoch: the last attempt succeeded
  std::optional<Instant> reported;  // the failing_since that was last handed over to be written

  static constexpr std::size_t kMostFailed = 64;
  void note_failure(const std::string& event_type);

  int busy() const { return in_flight + unwritten; }
};

// Confined to the dispatcher's thread. References to queues stay valid until close().
class EndpointQueues {
 public:
  EndpointQueue* find(const SubscriptionId& id);
  EndpointQueue& open(const outbox::Subscription& subscription);  // the existing one, or a new one
  void close(const EndpointQueue& queue);                         // precondition: idle, not waiting anywhere

  void set_wake(EndpointQueue& queue, Instant at);
  void wake_by(EndpointQueue& queue, Instant at) { set_wake(queue, std::min(queue.wake_at, at)); }
  EndpointQueue* take_expired(Instant now);  // one whose wake_at has come, which becomes kNever; null if there is none
  Instant next_wake() const { return timers_.empty() ? kNever : timers_.begin()->first; }

  void put_ready(EndpointQueue& queue, outbox::Due due);
  outbox::Due take_ready(EndpointQueue& queue);  // precondition: ready is not empty
  void clear_ready(EndpointQueue& queue);
  void forget(const Handle& handle, const SessionId& session);  // removes a session's deliveries

  std::size_t size() const { return queues_.size(); }
  std::size_t ready() const { return ready_; }
  std::size_t ready_bytes() const { return ready_bytes_; }

 private:
  void count(const outbox::Due& due, bool added);

  std::unordered_map<SubscriptionId, std::unique_ptr<EndpointQueue>> queues_;
  std::set<std::pair<Instant, std::pair<std::uint64_t, EndpointQueue*>>> timers_;
  std::uint64_t opened_ = 0;
  std::size_t ready_ = 0;
  std::size_t ready_bytes_ = 0;
};

}  // namespace beckon::dispatch
