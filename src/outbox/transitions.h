// What becomes of a delivery: every change of its state, reason, due time and end, and the order within a session.
// doc.md has the drawing. Pure: whoever changes a delivery (the drivers of the store, the works of a commit, the stores
// of tests) goes through these, chooses which deliveries, and decides nothing else.
//
// A function that returns bool returns false, and leaves the delivery as it was, where the transition does not apply.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "outbox/delivery.h"
#include "outbox/subscription.h"

namespace beckon::outbox {

// What is known of a delivery's subscription at the moment of the commit.
enum class Standing : std::uint8_t { kUnknown, kEnabled, kDisabled, kDeleted };

inline Standing standing_of(const Subscription& subscription) {
  return subscription.enabled ? Standing::kEnabled : Standing::kDisabled;
}

// An event's delivery to a subscription as the event's commit schedules it: due at once, or held where the subscription
// is disabled and the event is not a test.
Delivery scheduled(DeliveryId id, const Event& event, const Subscription& subscription, Instant at);

// A delivery as it is first written: withdrawn at once where its subscription was deleted in the meantime.
void admit(Delivery& delivery, Standing standing, Instant at);

// An attempt has ended. The attempt always counts; the state changes only from one that is not final, or from withdrawn
// to delivered where the attempt under way succeeded. What would be tried again ends as withdrawn where the
// subscription is deleted, and is held where it is disabled. A settlement without an attempt withdraws.
void settle(Delivery& delivery, Standing standing, const Settlement& settlement, Instant at);

// What is pending ends as withdrawn.
bool withdraw(Delivery& delivery, std::string_view reason, Instant at);

// Queued or retrying becomes held: its subscription was disabled. A test is sent all the same, and is not held.
bool hold(Delivery& delivery, std::string_view reason, Instant at);

// Held becomes queued, due at once where it is the first of its session: its subscription was enabled again.
bool release(Delivery& delivery, Instant at);

// A pending delivery of a delayed rule's message.
struct PendingMessage {
  DeliveryId id;
  EventId event;           // the message: ids of events are in the order in which they were published
  std::uint64_t same = 0;  // Delivery::same
};
inline constexpr std::string_view kJoined = "joined";  // why these end

// One visitor gets one message of a rule, or one for each of its values: the deliveries of all others but the earliest.
std::vector<DeliveryId> all_but_the_earliest(const std::vector<PendingMessage>& pending);

// Held ends as failed.
bool give_up(Delivery& delivery, std::string_view reason, Instant at);

// Its session is erased: it leaves the session, and is withdrawn where it is pending.
void erase(Delivery& delivery, std::string_view reason, Instant at);

// Why a delivery is not sent again, or not now.
enum class RetryRefusal : std::uint8_t {
  kPending,           // it has not ended, and no open circuit holds it
  kHeld,              // its subscription is disabled
  kBehindAnother,     // of its session
  kReasonEnded,       // it was withdrawn because the reason of its delayed rule ended
  kOver,              // past valid_until
  kSubscriptionGone,  // deleted
  kErased,            // its body is gone
};

// std::nullopt if it may be sent again at `now`. `circuit_open`: of its endpoint, so that what is queued or retrying
// waits for the endpoint rather than for its own schedule.
std::optional<RetryRefusal> refuse_retry(const Delivery& delivery, Standing standing, bool erased, Instant now,
                                         bool circuit_open);

// Queued again and due at once, if refuse_retry allows it, as it would with an open circuit (which the store does not
// know of): the schedule starts again, attempt numbers go on; held where the subscription is disabled.
bool requeue(Delivery& delivery, Standing standing, bool erased, Instant at);

// The clock was set back by `by`: a due time that lies ahead comes earlier by it, and never before `at`.
Instant earlier(Instant due, Duration by, Instant at);

// Order within a session (Ordering::kSession). The pending ordered deliveries of a subscription and session stand in a
// line, in the order of their commits; all but the first are due at kBehindOthers, that is never.
//
// Whether a delivery that was `was` (null: is new) and is now `now` joins the end of the line: the caller gives it its
// turn and, where others stand there, calls wait_behind.
bool joins_line(const Delivery* was, const Delivery& now);
void wait_behind(Delivery& delivery);
// Whether it leaves the line. The caller calls let_go on the first that is left then.
bool leaves_line(const Delivery& was, const Delivery& now);
bool let_go(Delivery& first, Instant at);

}  // namespace beckon::outbox
