#include "commit/server_events.h"

namespace beckon::commit {
namespace {

constexpr std::string_view kFailed = "webhook.delivery.failed";
constexpr std::string_view kDisabled = "webhook.subscription.disabled";

void publish(Draft& draft, const Handle& handle, std::string_view type, const std::string& cause,
             const std::function<std::string()>& payload) {
  if (const auto tenant = draft.places().tenants.find(handle.view()))
    draft.add_event(
        **tenant, type, draft.now(), "", [&] { return cause; }, payload);
}

}  // namespace

void publish_failed(Draft& draft, const outbox::Delivery& delivery, int attempts, std::string_view reason) {
  if (delivery.event_type == kFailed || delivery.event_type == kDisabled) return;
  publish(draft, delivery.handle, kFailed, "{\"delivery\":" + json::quote(delivery.id.view()) + "}", [&] {
    std::string payload;
    json::Writer(payload)
        .begin_object()
        .member("deliveryId", delivery.id.view())
        .member("eventId", delivery.event.view())
        .member("eventType", delivery.event_type)
        .member("subscriptionId", delivery.subscription.view())
        .member("attempts", attempts)
        .member("reason", reason)
        .end_object();
    return payload;
  });
}

void publish_disabled(Draft& draft, const outbox::Subscription& subscription) {
  publish(draft, subscription.handle, kDisabled, "{\"subscription\":" + json::quote(subscription.id.view()) + "}", [&] {
    std::string payload;
    json::Writer(payload)
        .begin_object()
        .member("subscriptionId", subscription.id.view())
        .member("reason", subscription.disabled_reason)
        .end_object();
    return payload;
  });
}

}  // namespace beckon::commit
