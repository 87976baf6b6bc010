// Statistics of a handle's endpoints: what was delivered in the last day, how fast each one responds, and what waits.
#include <algorithm>

#include "http/routes/response.h"
#include "http/routes/subscription_view.h"
#include "outbox/endpoint_figures.h"

namespace beckon::http {
namespace {

constexpr Duration kWindow = std::chrono::hours{24};
// Newest deliveries that are considered, per endpoint and for all endpoints of a handle.
constexpr std::size_t kOfEach = 1'000, kOfAll = 20'000;

void number_or_null(json::Writer& out, std::string_view name, const std::optional<double>& number) {
  out.key(name);
  number ? out.real(*number) : out.null();
}

void write(json::Writer& out, const outbox::EndpointFigures& figures) {
  out.member("since", to_rfc3339(figures.since))
      .member("of", static_cast<std::int64_t>(figures.of))
      .member("delivered", static_cast<std::int64_t>(figures.delivered))
      .member("failed", static_cast<std::int64_t>(figures.failed))
      .member("withdrawn", static_cast<std::int64_t>(figures.withdrawn))
      .member("attempts", static_cast<std::int64_t>(figures.attempts));
  number_or_null(out, "share", figures.share);
  out.key("answerMs").begin_object();
  number_or_null(out, "p50", figures.p50_ms);
  number_or_null(out, "p95", figures.p95_ms);
  out.end_object().key("hours").begin_array();
  for (const outbox::EndpointFigures::Hour& hour : figures.hours)
    out.begin_object()
        .member("since", to_rfc3339(hour.since))
        .member("delivered", static_cast<std::int64_t>(hour.delivered))
        .member("failed", static_cast<std::int64_t>(hour.failed))
        .end_object();
  out.end_array();
}

Result<Response> list_endpoint_stats(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const Instant now = api.clock.now(), since = now - kWindow;
  const std::size_t endpoints = std::max<std::size_t>(api.places.subscriptions.of(handle)->size(), 1);
  const std::size_t most = std::min(kOfEach, kOfAll / endpoints);
  std::optional<Fault> fault;
  auto response = list_subscriptions(api, request, "endpoint stats", [&](json::Writer& out, const auto& subscription) {
    if (fault) return;
    const auto log = api.delivery_log.log_of(subscription.id, since, most);
    if (!log) {
      fault = log.error();
      return;
    }
    out.member("subscriptionId", subscription.id.view());
    write(out, figures_of(*log, since, now));
    out.member("waiting", static_cast<std::int64_t>(log->waiting));
    instant_or_null(out, "waitingSince", log->waiting_since.value_or(Instant{}));
    // Set once failures have lasted outbox::kNotedAfter.
    instant_or_null(out, "failingSince", subscription.failing_since);
  });
  if (fault) return unexpected(std::move(*fault));
  return response;
}

}  // namespace

void add_endpoint_stats(Api& api, std::vector<Route>& routes) {
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/webhooks/stats", operator_("deliveries.read"),
                           list_endpoint_stats, "How endpoints do"));
}

}  // namespace beckon::http
