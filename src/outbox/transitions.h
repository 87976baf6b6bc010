// The transitions of a delivery: every change of its state, reason, due time and end, and the order within a session.
// doc.md has the diagram. Pure: whatever changes a delivery (the drivers of the store, the works of a commit, the
// stores of tests) uses these functions; it only chooses which deliveries.
//
// Functions that return bool return false, and leave the delivery unchanged, if the transition does not apply.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "outbox/delivery.h"
#include "outbox/subscription.h"

namespace beckon::outbox {

// The state of a delivery's subscription at the commit.
enum class Standing : std::uint8_t { kUnknown, kEnabled, kDisabled, kDeleted };

inline Standing standing_of(const Subscription& subscription) {
  return subscription.enabled ? Standing::kEnabled : Standing::kDisabled;
}

// A delivery of an event to a subscription, as first scheduled: due at once, or held if the subscription is disabled
// and the event is not a test.
Delivery scheduled(DeliveryId id, const Event& event, const Subscription& subscription, Instant at);

// Call before a delivery is first written: withdraws it at once if its subscription was deleted meanwhile.
void admit(Delivery& delivery, Standing standing, Instant at);

// An attempt has ended. The attempt always counts; the state changes only from a non-final one, or from withdrawn to
// delivered if the attempt in flight succeeded. A delivery to be retried is withdrawn if the subscription is deleted,
// and held if it is disabled. A settlement without an attempt withdraws.
void settle(Delivery& delivery, Standing standing, const Settlement& settlement, Instant at);

// Pending becomes withdrawn.
bool withdraw(Delivery& delivery, std::string_view reason, Instant at);

// Queued or retrying becomes held: its subscription was disabled. Tests are still sent, so they are not held.
bool hold(Delivery& delivery, std::string_view reason, Instant at);

// Held becomes queued, due at once if it is the first of its session: its subscription was enabled again.
bool release(Delivery& delivery, Instant at);

// A pending delivery of a delayed rule's message.
struct PendingMessage {
  DeliveryId id;
  EventId event;           // the message: ids of events are in publication order
  std::uint64_t same = 0;  // Delivery::same
};
inline constexpr std::string_view kJoined = "joined";  // why these are withdrawn

// A visitor gets one message of a rule, or one for each of its values: returns the deliveries of all but the earliest.
std::vector<DeliveryId> all_but_the_earliest(const std::vector<PendingMessage>& pending);

// Held becomes failed.
bool give_up(Delivery& delivery, std::string_view reason, Instant at);

// Its session is erased: it is detached from the session, and withdrawn if it is pending.
void erase(Delivery& delivery, std::string_view reason, Instant at);

// Why a delivery cannot be resent, or not now.
enum class RetryRefusal : std::uint8_t {
  kPending,           // it has not ended, and is not waiting for an open circuit
  kHeld,              // its subscription is disabled
  kBehindAnother,     // of the same session
  kReasonEnded,       // it was withdrawn because the reason of its delayed rule ended
  kOver,              // past valid_until
  kSubscriptionGone,  // deleted
  kErased,            // its body was erased
};

// std::nullopt if it may be resent at `now`. `circuit_open`: of its endpoint, so that a queued or retrying delivery
// waits for the endpoint rather than for its own schedule.
std::optional<RetryRefusal> refuse_retry(const Delivery& delivery, Standing standing, bool erased, Instant now,
                                         bool circuit_open);

// Queued again and due at once, if refuse_retry allows it assuming an open circuit (which the store does not know): the
// schedule restarts, attempt numbers continue; held if the subscription is disabled.
bool requeue(Delivery& delivery, Standing standing, bool erased, Instant at);

// The clock was set back by `by`: a future due time moves earlier by that much, but not before `at`.
Instant earlier(Instant due, Duration by, Instant at);

// Order within a session (Ordering::kSession). The pending ordered deliveries of a subscription and session form a
// queue, in commit order; all but the first are due at kBehindOthers, which means never.
//
// Whether a delivery that was `was` (null if new) and is now `now` joins the queue's end: the caller assigns its
// position and, if there are others, calls wait_behind.
bool joins_line(const Delivery* was, const Delivery& now);
void wait_behind(Delivery& delivery);
// Whether it leaves the queue. The caller then calls let_go on the first one left.
bool leaves_line(const Delivery& was, const Delivery& now);
bool let_go(Delivery& first, Instant at);

}  // namespace beckon::outbox
