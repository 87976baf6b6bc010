// What becomes of a delivery: the transitions that every driver applies, pure. outbox/delivery.h has the states.
#pragma once
#include <string_view>

#include "outbox/delivery.h"
#include "outbox/subscription.h"

namespace beckon::store {

// What is known of a delivery's subscription at the moment of the commit.
enum class Standing : std::uint8_t { kUnknown, kEnabled, kDisabled, kDeleted };

using outbox::kSubscriptionDeleted;
using outbox::kSubscriptionDisabled;

inline bool is_withdrawn_for_its_reason(const outbox::Delivery& delivery) {
  return delivery.state == outbox::DeliveryState::kWithdrawn && !delivery.rule.empty();
}

// A delivery as it is first written: withdrawn at once where its subscription was deleted in the meantime. One that is
// ordered and not the first of its session waits (outbox::kBehindOthers): the driver knows.
void admit(outbox::Delivery& delivery, Standing standing, Instant at);

// An attempt has ended. The attempt always counts; the state moves only from one that is not final, or from withdrawn
// to delivered where the attempt under way succeeded. What would be tried again ends as withdrawn where the
// subscription is deleted, and is held where it is disabled. A settlement without an attempt withdraws.
void settle(outbox::Delivery& delivery, Standing standing, const outbox::Settlement& settlement, Instant at);

// A held delivery ends as failed. False, unchanged: it is not held any more.
bool give_up(outbox::Delivery& delivery, std::string_view reason, Instant at);

// Queued anew, if it had ended. No attempt may begin for a deleted subscription, an erased body, or a reason that has
// ended: false, unchanged.
bool requeue(outbox::Delivery& delivery, Standing standing, bool erased, Instant at);

}  // namespace beckon::store
