// A lane is what the dispatcher keeps of one subscription: a few deliveries read ahead, when to look again, and how
// much it may have in flight. All of it can be read anew from the store; nothing here is a promise.
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

struct Lane {
  SubscriptionId id;
  Handle handle;
  std::uint64_t serial = 0;  // order of opening: what breaks ties, so that a run can be repeated

  std::deque<outbox::Due> ready;
  bool marked = false;     // the store may have more that is due: read when `ready` is empty
  bool in_refill = false;  // waits for that read
  bool sure = false;       // wake_at is no later than the store's next due instant
  Instant wake_at = kNever;
  Instant paused_until{};
  Pace pace;
  Circuit circuit;
  Instant updated_at{};  // of the subscription as it was last looked at: what an operator changes closes the circuit

  bool in_turn = false;  // waits in Turns
  bool slow = false;     // its last attempt took longer than Limits::slow_after
  int window = 2;
  int in_flight = 0;
  int unwritten = 0;

  Instant failing_since{};      // epoch: its last attempt succeeded
  std::optional<Instant> told;  // the failing_since last handed over to be written

  int busy() const { return in_flight + unwritten; }
};

// Confined to the loop. References to lanes stay valid until close.
class Lanes {
 public:
  Lane* find(const SubscriptionId& id);
  Lane& open(const outbox::Subscription& subscription);  // the one there is, or a new one
  void close(const Lane& lane);                          // precondition: idle, in no queue

  void set_wake(Lane& lane, Instant at);
  void wake_by(Lane& lane, Instant at) { set_wake(lane, std::min(lane.wake_at, at)); }
  Lane* rung(Instant now);  // a lane whose instant has come, which is then kNever; null: none
  Instant next_wake() const { return timers_.empty() ? kNever : timers_.begin()->first; }

  void put_ready(Lane& lane, outbox::Due due);
  outbox::Due take_ready(Lane& lane);  // precondition: there is one
  void clear_ready(Lane& lane);
  void forget(const Handle& handle, const SessionId& session);  // takes a session's deliveries out

  std::size_t size() const { return lanes_.size(); }
  std::size_t ready() const { return ready_; }
  std::size_t ready_bytes() const { return ready_bytes_; }

 private:
  void count(const outbox::Due& due, bool added);

  std::unordered_map<SubscriptionId, std::unique_ptr<Lane>> lanes_;
  std::set<std::pair<Instant, std::pair<std::uint64_t, Lane*>>> timers_;
  std::uint64_t opened_ = 0;
  std::size_t ready_ = 0;
  std::size_t ready_bytes_ = 0;
};

}  // namespace beckon::dispatch
