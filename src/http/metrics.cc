#include "http/metrics.h"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <set>
#include <sstream>

namespace beckon::http {
namespace {

const prometheus::Histogram::BucketBoundaries kSeconds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                       0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};
constexpr std::array kClasses{"1xx", "2xx", "3xx", "4xx", "5xx"};
constexpr const char* kRequests = "beckon_http_requests_total";
constexpr const char* kRequestSeconds = "beckon_http_request_seconds";

using Family = prometheus::MetricFamily;
using Labels = std::set<std::pair<std::string, std::string>>;

Labels labels_of_route(const prometheus::ClientMetric& metric) {
  Labels labels;
  for (const auto& label : metric.label)
    if (label.name != "status") labels.emplace(label.name, label.value);
  return labels;
}

}  // namespace

HttpMetrics::HttpMetrics(prometheus::Registry& registry, const Router& router) : router_(router) {
  auto& requests = prometheus::BuildCounter().Name(kRequests).Help("Requests answered.").Register(registry);
  auto& seconds = prometheus::BuildHistogram()
                      .Name(kRequestSeconds)
                      .Help("Time from the last byte of a request to its response.")
                      .Register(registry);
  const auto add_row = [&](const std::string& method, const std::string& route) {
    Row row;
    for (std::size_t i = 0; i < kClasses.size(); ++i) {
      row.by_class[i] = &requests.Add({{"method", method}, {"route", route}, {"status", kClasses[i]}});
    }
    row.seconds = &seconds.Add({{"method", method}, {"route", route}}, kSeconds);
    rows_.push_back(row);
  };
  for (const Route& route : router.routes()) add_row(std::string(to_text(route.method)), std::string(route.pattern));
  add_row("any", "unmatched");
  auto& limited = prometheus::BuildCounter()
                      .Name("beckon_rate_limited_total")
                      .Help("Requests answered with 429, by the limit that was reached.")
                      .Register(registry);
  for (std::size_t i = 0; i < kRateLimits; ++i)
    limited_[i] = &limited.Add({{"kind", std::string(beckon::to_text(static_cast<RateLimit>(i)))}});
  auto& failures = prometheus::BuildCounter()
                       .Name("beckon_tls_handshake_failures_total")
                       .Help("Connections that ended before their TLS handshake did.")
                       .Register(registry);
  for (std::size_t i = 0; i < kHandshakeFaults; ++i) {
    handshakes_failed_[i] = &failures.Add({{"reason", std::string(to_text(static_cast<HandshakeFault>(i)))}});
  }
  connections_ =
      &prometheus::BuildGauge().Name("beckon_http_connections").Help("Open connections.").Register(registry).Add({});
  in_flight_ = &prometheus::BuildGauge()
                    .Name("beckon_http_in_flight")
                    .Help("Requests being handled.")
                    .Register(registry)
                    .Add({});
}

void HttpMetrics::answered(const Route* route, int status, std::chrono::microseconds took) {
  Row& row = rows_[route ? router_.index_of(*route) : rows_.size() - 1];
  row.by_class[static_cast<std::size_t>(std::clamp(status / 100, 1, 5) - 1)]->Increment();
  row.seconds->Observe(static_cast<double>(took.count()) * 1e-6);
}

std::vector<Family> without_unused_routes(std::vector<Family> families) {
  const auto seconds = std::ranges::find(families, kRequestSeconds, &Family::name);
  const auto requests = std::ranges::find(families, kRequests, &Family::name);
  if (seconds == families.end() || requests == families.end()) return families;
  std::set<Labels> used;
  std::erase_if(seconds->metric, [&](const prometheus::ClientMetric& metric) {
    if (metric.histogram.sample_count == 0) return true;
    used.insert(labels_of_route(metric));
    return false;
  });
  std::erase_if(requests->metric,
                [&](const prometheus::ClientMetric& metric) { return !used.contains(labels_of_route(metric)); });
  return families;
}

std::string to_text(const std::vector<prometheus::MetricFamily>& families) {
  std::ostringstream out;
  prometheus::TextSerializer{}.Serialize(out, families);
  return out.str();
}

}  // namespace beckon::http
