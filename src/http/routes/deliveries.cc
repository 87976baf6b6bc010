// The log of what was owed and what became of it: contract section 6. Also of subscriptions that are deleted.
#include "http/routes/answer.h"
#include "http/routes/delivery_view.h"

namespace beckon::http {
namespace {

using outbox::Delivery;
using outbox::DeliveryState;

// The delivery of the path, of this subscription of this handle.
Result<Delivery> delivery_of(Api& api, const Request& request) {
  const Handle handle{request.param("handle")};
  auto found = api.outbox.delivery(handle, DeliveryId{request.param("deliveryId")});
  if (!found) return unexpected(found.error());
  if (!*found || (*found)->subscription.view() != request.param("subscriptionId")) return unexpected(not_found("delivery"));
  return std::move(**found);
}

Result<Response> get(Api& api, Request& request) {
  const auto delivery = delivery_of(api, request);
  if (!delivery) return unexpected(delivery.error());
  const auto attempts = api.outbox.attempts(delivery->id);
  if (!attempts) return unexpected(attempts.error());
  const auto event = api.outbox.event(delivery->handle, delivery->event);
  if (!event) return unexpected(event.error());
  std::string body;
  json::Writer writer(body);
  writer.begin_object();
  write_delivery(writer, *delivery, api.sending);
  text_or_null(writer, "requestBody", *event && !is_erased(**event) ? std::string_view{(*event)->body} : std::string_view{});
  writer.key("attempts").begin_array();
  for (const outbox::Attempt& attempt : *attempts) write_attempt(writer, attempt);
  writer.end_array().member("requestId", request.id.view()).end_object();
  return json_response(200, std::move(body));
}

Fault conflict(std::string message) { return {.code = FaultCode::kConflict, .message = std::move(message)}; }

// The delivery of the path, or why it can not be queued anew, as things stand in the draft.
Result<Delivery> retriable(Api& api, decision::Draft& draft, const Request& request) {
  auto delivery = delivery_of(api, request);
  if (!delivery) return delivery;
  const auto same = [&](const decision::Requeue& requeue) { return requeue.delivery == delivery->id; };
  if (!is_final(delivery->state) || api.sending.is_sending(delivery->id) || std::ranges::any_of(draft.batch().requeued, same))
    return unexpected(conflict("This delivery is pending; wait until it has ended, or look at nextAttemptAt."));
  if (!delivery->rule.empty() && delivery->state == DeliveryState::kWithdrawn)
    return unexpected(conflict("The reason for this message has ended (" + delivery->reason + "); it is not sent any more."));
  if (is_over(*delivery, draft.now()))
    return unexpected(conflict("This message was worth sending until " + to_rfc3339(delivery->valid_until) + "; it is not sent any more."));
  if (!draft.places().subscriptions.find(delivery->subscription))
    return unexpected(conflict("The subscription of this delivery is deleted; nothing is sent for it any more."));
  const auto event = api.outbox.event(delivery->handle, delivery->event);
  if (!event) return unexpected(event.error());
  if (!*event || is_erased(**event)) return unexpected(conflict("The body of this delivery was erased with its session; there is nothing to send."));
  return delivery;
}

Result<Response> retry(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const DeliveryId id{request.param("deliveryId")};
  const std::string& actor = principal_of(request).subject;
  const auto fault = api.committer.execute([&](decision::Draft& draft) -> std::optional<Fault> {
    const auto delivery = retriable(api, draft, request);
    if (!delivery) return delivery.error();
    draft.requeue(*delivery);
    draft.audit(handle, actor, "delivery.retry", id.view());
    return std::nullopt;
  });
  if (fault) return unexpected(*fault);
  const auto subscription = api.places.subscriptions.find(SubscriptionId{request.param("subscriptionId")});
  if (subscription) api.sending.probe(subscription->id);
  const bool held = subscription && !subscription->enabled;
  std::string body;
  json::Writer(body)
      .begin_object()
      .member("deliveryId", id.view())
      .member("status", outbox::to_text(held ? DeliveryState::kHeld : DeliveryState::kQueued))
      .member("requestId", request.id.view())
      .end_object();
  return json_response(202, std::move(body));
}

}  // namespace

void add_deliveries(Api& api, std::vector<Route>& routes) {
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/webhooks/{subscriptionId}/deliveries", operator_(), list_deliveries, "The log of a subscription, newest first"));
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/webhooks/{subscriptionId}/deliveries/{deliveryId}", operator_(), get, "A delivery with every attempt"));
  routes.push_back(control(api, Method::kPost, "/v2/handles/{handle}/webhooks/{subscriptionId}/deliveries/{deliveryId}/retry", operator_(), retry, "Send a delivery again"));
  add_replays(api, routes);
}

}  // namespace beckon::http
