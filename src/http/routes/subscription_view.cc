#include "http/routes/subscription_view.h"

#include <algorithm>

#include "egress/url.h"
#include "http/routes/paging.h"
#include "http/routes/response.h"
#include "http/routes/subscription_request.h"

namespace beckon::http {

using outbox::Subscription;

void write_subscription(json::Writer& out, const Api& api, const Subscription& subscription) {
  out.member("subscriptionId", subscription.id.view())
      .member("handle", subscription.handle.view())
      .member("endpointUrl", subscription.endpoint_url)
      .key("eventTypes")
      .begin_array();
  for (const std::string& type : subscription.event_types) out.string(type);
  out.end_array().member("description", subscription.description).key("headers").begin_object();
  for (const auto& [name, sealed] : subscription.headers)
    out.member(name, outbox::shown_header(subscription.handle, subscription.id, name, sealed, api.secrets));
  out.end_object().key("ratePerSecond");
  subscription.rate_per_second ? out.number(*subscription.rate_per_second) : out.null();
  out.member("ordering", subscription.ordering == outbox::Ordering::kSession ? "session" : "none")
      .member("format", outbox::to_text(subscription.format))
      .member_boolean("enabled", subscription.enabled);
  text_or_null(out, "disabledReason", subscription.disabled_reason);
  const auto probe_at = subscription.enabled ? api.sending.probe_at(subscription.id) : std::nullopt;
  out.member("circuit", probe_at ? "open" : "closed");
  instant_or_null(out, "nextProbeAt", probe_at.value_or(Instant{}));
  const bool overlaps = !subscription.sealed_previous_secret.empty() && api.clock.now() < subscription.previous_until;
  instant_or_null(out, "previousSecretUntil", overlaps ? subscription.previous_until : Instant{});
  out.member("createdAt", to_rfc3339(subscription.created_at)).member("updatedAt", to_rfc3339(subscription.updated_at));
}

Result<Response> list_subscriptions(Api& api, const Request& request, std::string_view what,
                                    const std::function<void(json::Writer&, const Subscription&)>& write) {
  const Handle handle{request.param("handle")};
  std::vector<outbox::SubscriptionPtr> sorted = *api.places.subscriptions.of(handle);
  const auto place = [](const outbox::SubscriptionPtr& one) { return std::pair{one->created_at, one->id.text}; };
  std::ranges::sort(sorted, {}, place);
  return list_page(request, std::string(what) + " " + handle.text, std::span<const outbox::SubscriptionPtr>{sorted},
                   place, [&write](const outbox::SubscriptionPtr& one) {
                     std::string text;
                     json::Writer writer(text);
                     writer.begin_object();
                     write(writer, *one);
                     writer.end_object();
                     return text;
                   });
}

Response one_subscription(int status, const Api& api, const Request& request, const Subscription& subscription,
                          std::string_view secret) {
  std::string body;
  json::Writer writer(body);
  writer.begin_object();
  write_subscription(writer, api, subscription);
  if (!secret.empty()) writer.member("secret", secret);
  writer.member("requestId", request.id.view()).end_object();
  return json_response(status, std::move(body));
}

std::string audited(const Subscription& subscription, std::string_view changed) {
  const auto url = egress::parse_url(subscription.endpoint_url);
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  if (!changed.empty()) writer.member_raw("changed", changed);
  writer.member("host", url ? url->host_text() : "").key("eventTypes").begin_array();
  for (const std::string& type : subscription.event_types) writer.string(type);
  writer.end_array().member_boolean("enabled", subscription.enabled).end_object();
  return out;
}

std::string test_payload(const SubscriptionId& id) {
  std::string out;
  json::Writer(out)
      .begin_object()
      .member("message", "This is a test event for this subscription.")
      .member("subscriptionId", id.view())
      .end_object();
  return out;
}

}  // namespace beckon::http
