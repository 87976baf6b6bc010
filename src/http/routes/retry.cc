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
    return conflict("This delivery is pending; wait until it has ended, or look at nextAttemptAt.");
  if (!delivery.rule.empty() && delivery.state == outbox::DeliveryState::kWithdrawn)
    return conflict("The reason for this message has ended (" + delivery.reason + "); it is not sent any more.");
  if (is_over(delivery, draft.now()))
    return conflict("This message was worth sending until " + to_rfc3339(delivery.valid_until) +
                    "; it is not sent any more.");
  if (!draft.places().subscriptions.find(delivery.subscription))
    return conflict("The subscription of this delivery is deleted; nothing is sent for it any more.");
  const auto event = outbox.event(delivery.handle, delivery.event);
  if (!event) return event.error();
  if (!*event || is_erased(**event))
    return conflict("The body of this delivery was erased with its session; there is nothing to send.");
  return std::nullopt;
}

}  // namespace beckon::http
