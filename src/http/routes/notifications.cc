// The event types, and the subscriptions to each: contract section 6. A CREATOR sees only hosts.
#include "egress/url.h"
#include "http/routes/event_catalog.h"
#include "http/routes/response.h"
#include "http/routes/subscription_view.h"

namespace beckon::http {

extern const std::string_view kOpenApi;  // system.cc

namespace {

std::string host_of(const outbox::Subscription& subscription) {
  const auto url = egress::parse_url(subscription.endpoint_url);
  return url ? url->host_text() : "";
}

void write_for_creator(json::Writer& out, const outbox::Subscription& subscription) {
  out.member("subscriptionId", subscription.id.view()).key("eventTypes").begin_array();
  for (const std::string& type : subscription.event_types) out.string(type);
  out.end_array().member_boolean("enabled", subscription.enabled);
}

Result<Response> get_notifications(Api& api, const std::string& catalog, const Request& request) {
  const Handle handle{request.param("handle")};
  const auto role = api.gate.authorize(principal_of(request), handle, access::Role::kCreator);
  if (!role) return unexpected(role.error());
  const auto list = api.places.subscriptions.of(handle);
  std::string body;
  json::Writer writer(body);
  writer.begin_object().member_raw("events", catalog).key("subscriptions").begin_array();
  for (const outbox::SubscriptionPtr& subscription : *list) {
    writer.begin_object().member("host", host_of(*subscription));
    *role < access::Role::kOperator ? write_for_creator(writer, *subscription)
                                    : write_subscription(writer, api, *subscription);
    writer.end_object();
  }
  writer.end_array().member("requestId", request.id.view()).end_object();
  return json_response(200, std::move(body));
}

}  // namespace

void add_notifications(Api& api, std::vector<Route>& routes) {
  routes.push_back(control(
      api, Method::kGet, "/v2/handles/{handle}/notifications", creator(),
      [catalog = event_catalog(kOpenApi)](Api& given, Request& request) {
        return get_notifications(given, catalog, request);
      },
      "Get the event catalog and subscribers"));
}

}  // namespace beckon::http
