// The log of deliveries and their outcomes: contract section 6. Also for deleted subscriptions.
#include "http/routes/attempt_view.h"
#include "http/routes/delivery_view.h"
#include "http/routes/response.h"
#include "intake/retry_now.h"
#include "intake/subscriptions.h"
#include "outbox/attempt_record.h"

namespace beckon::http {
namespace {

using outbox::Delivery;
using outbox::DeliveryState;

// The delivery in the path, if it is of this subscription and this handle.
Result<Delivery> delivery_of(Api& api, const Request& request) {
  const Handle handle{request.param("handle")};
  auto found = api.outbox.delivery(handle, DeliveryId{request.param("deliveryId")});
  if (!found) return unexpected(found.error());
  if (!*found || (*found)->subscription.view() != request.param("subscriptionId"))
    return unexpected(not_found("delivery"));
  return std::move(**found);
}

// The format of the last attempt, or before the first one, of the subscription.
outbox::EventFormat format_of(const Api& api, const Delivery& delivery, const std::vector<outbox::Attempt>& attempts) {
  if (!attempts.empty()) return outbox::format_of(outbox::given_headers(attempts.back(), delivery, api.secrets));
  const auto subscription = api.places.subscriptions.find(delivery.subscription);
  return subscription ? subscription->format : outbox::EventFormat::kBeckon;
}

Result<Response> get_delivery(Api& api, Request& request) {
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
  const auto stored = *event && !is_erased(**event) ? std::make_shared<const std::string>((*event)->body) : nullptr;
  const auto sent = stored ? outbox::written_as(format_of(api, *delivery, *attempts), stored).body : nullptr;
  text_or_null(writer, "requestBody", sent ? std::string_view{*sent} : std::string_view{});
  writer.key("attempts").begin_array();
  for (const outbox::Attempt& attempt : *attempts) write_attempt(writer, attempt, *delivery, stored, api.secrets);
  writer.end_array().member("requestId", request.id.view()).end_object();
  return json_response(200, std::move(body));
}

Result<Response> retry(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const DeliveryId id{request.param("deliveryId")};
  const Caller caller = caller_of(request);
  const auto fault = api.committer.execute([&](commit::Draft& draft) -> std::optional<Fault> {
    const auto delivery = delivery_of(api, request);
    if (!delivery) return delivery.error();
    const bool circuit_open = api.sending.probe_at(delivery->subscription).has_value();
    if (auto refused = intake::refuse_retry(draft, api.outbox, *delivery, api.sending.is_sending(id), circuit_open))
      return refused;
    draft.requeue(*delivery);
    draft.audit(handle, caller, "delivery.retry", id.view());
    return std::nullopt;
  });
  if (fault) return unexpected(*fault);
  const auto subscription = api.places.subscriptions.find(SubscriptionId{request.param("subscriptionId")});
  if (subscription) api.sending.probe(subscription->id, id);
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

// Sends an event of the same type with another payload to this endpoint alone. The original stays unchanged.
Result<Response> resend(Api& api, Request& request) {
  const auto document = object_of(request);
  if (!document) return unexpected(document.error());
  const json::Value* payload = document->root().find("payload");
  Issues issues;
  if (!payload || !payload->is_object())
    issues.add("payload", payload ? "must be an object" : "is required: an object");
  refuse_unknown(document->root(), {"payload"}, issues);
  if (!issues.empty()) return unexpected(issues.fault());
  const auto original = delivery_of(api, request);
  if (!original) return unexpected(original.error());
  const Caller caller = caller_of(request);
  std::string cause;
  json::Writer(cause)
      .begin_object()
      .key("edited")
      .begin_object()
      .member("delivery", original->id.view())
      .member("event", original->event.view())
      .member("by", caller.actor)
      .end_object()
      .end_object();
  Delivery made;
  bool held = false;
  const auto fault = api.committer.execute(
      [&](commit::Draft& draft) -> std::optional<Fault> {
        const auto event = api.outbox.event(original->handle, original->event);
        if (!event) return event.error();
        if (!*event || is_erased(**event))
          return Fault{.code = FaultCode::kConflict,
                       .message = "The body of this delivery was erased with its session; it can no longer be edited."};
        const auto subscription = intake::find_subscription(draft, original->handle, original->subscription);
        if (!subscription)
          return Fault{.code = FaultCode::kConflict,
                       .message = "The subscription of this delivery has been deleted; nothing can be sent to it."};
        made =
            draft.add_event_for(*subscription, original->event_type, cause, json::to_text(*payload), original->session);
        draft.audit(original->handle, caller, "delivery.resend", made.id.view(), cause);
        held = !subscription->enabled;
        return std::nullopt;
      },
      request.trace());
  if (fault) return unexpected(*fault);
  api.sending.probe(original->subscription, made.id);
  std::string body;
  json::Writer(body)
      .begin_object()
      .member("eventId", made.event.view())
      .member("deliveryId", made.id.view())
      .member("status", outbox::to_text(held ? DeliveryState::kHeld : DeliveryState::kQueued))
      .member("requestId", request.id.view())
      .end_object();
  return json_response(202, std::move(body));
}

}  // namespace

void add_deliveries(Api& api, std::vector<Route>& routes) {
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/deliveries", operator_("deliveries.read"),
                           list_all_deliveries, "List deliveries of all endpoints, newest first"));
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/webhooks/{subscriptionId}/deliveries",
                           operator_("deliveries.read"), list_deliveries, "List deliveries, newest first"));
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/webhooks/{subscriptionId}/deliveries/{deliveryId}",
                           operator_("deliveries.read"), get_delivery, "Get a delivery with all attempts"));
  routes.push_back(control(api, Method::kPost,
                           "/v2/handles/{handle}/webhooks/{subscriptionId}/deliveries/{deliveryId}/retry",
                           operator_("deliveries.retry"), retry, "Resend a delivery"));
  routes.push_back(control(api, Method::kPost,
                           "/v2/handles/{handle}/webhooks/{subscriptionId}/deliveries/{deliveryId}/resend",
                           operator_("deliveries.retry"), resend, "Send another payload to the same endpoint"));
  add_replays(api, routes);
}

}  // namespace beckon::http
