// Deliveries and events as the operator sees them.
#pragma once
#include "http/routes/api.h"

namespace beckon::http {

inline constexpr std::string_view kCircuitOpen = "circuit open";
inline constexpr std::string_view kBehindAnother = "waiting behind another delivery of its session";

// The state as shown: queued and retrying deliveries may be shown as sending, or as held while the endpoint's circuit
// is open; the store knows neither. A subscription's change shows on its deliveries immediately, although it is written
// in steps.
outbox::DeliveryState state_of(const outbox::Delivery& delivery, const Sending& sending);

// Adds the members of a delivery to an open object.
void write_delivery(json::Writer& out, const outbox::Delivery& delivery, const Sending& sending);

// GET …/webhooks/{subscriptionId}/deliveries; and GET …/deliveries, of all endpoints. A call reads a bounded number of
// rows, so a page may be short or empty without being the last.
Result<Response> list_deliveries(Api& api, Request& request);
Result<Response> list_all_deliveries(Api& api, Request& request);

// Adds the members of an event to an open object: its cause and its payload.
void write_event(json::Writer& out, const outbox::Event& event);

}  // namespace beckon::http
