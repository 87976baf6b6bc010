#include "http/routes/retry.h"

#include <algorithm>

namespace beckon::http {
namespace {

Fault conflict(std::string message) { return {.code = FaultCode::kConflict, .message = std::move(message)}; }

}  // namespace

std::optional<Fault> refuse_retry(commit::Draft& draft, outbox::Outbox& outbox, const outbox::Delivery& delivery,
                                  bool is_sending) {
  const auto same = [&](const commit::Requeue& requeue) { return requeue.delivery == delivery.id; };
  if (!is_final(delivery.state) || is_sending || std::ranges::any_of(draft.batch().requeued, same))
    return conflict(
        "This delivery is still pending; wait until it has ended. nextAttemptAt has the time of its next attempt.");
  if (!delivery.rule.empty() && delivery.state == outbox::DeliveryState::kWithdrawn)
    return conflict("The reason for this message no longer applies (" + delivery.reason +
                    "); it can no longer be sent.");
  if (is_over(delivery, draft.now()))
    return conflict("This message expired at " + to_rfc3339(delivery.valid_until) + "; it can no longer be sent.");
  if (!draft.places().subscriptions.find(delivery.subscription))
    return conflict("The subscription of this delivery has been deleted; its deliveries can no longer be sent.");
  const auto event = outbox.event(delivery.handle, delivery.event);
  if (!event) return event.error();
  if (!*event || is_erased(**event))
    return conflict("The body of this delivery was erased with its session; it can no longer be sent.");
  return std::nullopt;
}

}  // namespace beckon::http
