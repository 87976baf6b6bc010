#include "intake/retry_now.h"

#include <algorithm>

#include "outbox/transitions.h"

namespace beckon::intake {
namespace {

using outbox::RetryRefusal;

std::string why(RetryRefusal refusal, const outbox::Delivery& delivery) {
  switch (refusal) {
    case RetryRefusal::kPending:
      return "This delivery is still pending; wait until it has ended. nextAttemptAt has the time of its next attempt.";
    case RetryRefusal::kHeld:
      return "This delivery is held because its subscription is disabled; enable the subscription to have it sent.";
    case RetryRefusal::kBehindAnother:
      return "This delivery waits until another one of its session has ended; retry that one.";
    case RetryRefusal::kReasonEnded:
      return "The reason for this message no longer applies (" + delivery.reason + "); it can no longer be sent.";
    case RetryRefusal::kOver:
      return "This message expired at " + to_rfc3339(delivery.valid_until) + "; it can no longer be sent.";
    case RetryRefusal::kSubscriptionGone:
      return "The subscription of this delivery has been deleted; its deliveries can no longer be sent.";
    case RetryRefusal::kErased:
      return "The body of this delivery was erased with its session; it can no longer be sent.";
  }
  return "";
}

Fault sentence(RetryRefusal refusal, const outbox::Delivery& delivery) {
  return {.code = FaultCode::kConflict, .message = why(refusal, delivery)};
}

}  // namespace

std::optional<Fault> refuse_retry(commit::Draft& draft, outbox::Outbox& outbox, const outbox::Delivery& delivery,
                                  bool is_sending, bool circuit_open) {
  const auto same = [&](const commit::Requeue& requeue) { return requeue.delivery == delivery.id; };
  if (is_sending || std::ranges::any_of(commit::changes_of<commit::Requeue>(draft.batch()), same))
    return sentence(RetryRefusal::kPending, delivery);
  const auto subscription = draft.places().subscriptions.find(delivery.subscription);
  const auto standing = subscription ? standing_of(*subscription) : outbox::Standing::kDeleted;
  if (const auto refusal = outbox::refuse_retry(delivery, standing, false, draft.now(), circuit_open))
    return sentence(*refusal, delivery);
  const auto event = outbox.event(delivery.handle, delivery.event);
  if (!event) return event.error();
  if (!*event || is_erased(**event)) return sentence(RetryRefusal::kErased, delivery);
  return std::nullopt;
}

}  // namespace beckon::intake
