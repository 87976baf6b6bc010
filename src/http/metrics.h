// The HTTP server's metrics. Labels come from the route table, never from input: unknown paths are route="unmatched".
#pragma once
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/metric_family.h>
#include <prometheus/registry.h>

#include <array>
#include <atomic>
#include <chrono>
#include <string>
#include <vector>

#include "http/router.h"
#include "http/transport.h"

namespace beckon::http {

// Requests and connections refused because a shared limit was reached. Counted here, exported by the app.
struct HttpRefusals {
  std::atomic<std::uint64_t> in_flight{0};               // HttpLimits::in_flight
  std::atomic<std::uint64_t> control_of_handle{0};       // HttpLimits::waiting_per_handle
  std::atomic<std::uint64_t> bodies{0};                  // HttpLimits::bodies
  std::atomic<std::uint64_t> bodies_of_client{0};        // HttpLimits::bodies_per_client
  std::atomic<std::uint64_t> connections{0};             // HttpLimits::connections: an idle or the new one was closed
  std::atomic<std::uint64_t> connections_of_address{0};  // HttpLimits::connections_per_address, likewise
};

// Resolved once at start, so that a request costs a few atomic additions and no lookup. Thread-safe.
class HttpMetrics {
 public:
  // Registers beckon_http_requests_total{method,route,status}, beckon_http_request_seconds{route},
  // beckon_http_connections, beckon_http_in_flight, beckon_rate_limited_total{kind},
  // beckon_tls_handshake_failures_total{reason}. `registry` must outlive it.
  HttpMetrics(prometheus::Registry& registry, const Router& router);

  // `route` may be null: unmatched.
  void answered(const Route* route, int status, std::chrono::microseconds took);

  void limited(RateLimit limit) { limited_[static_cast<std::size_t>(limit)]->Increment(); }

  void handshake_failed(HandshakeFault fault) { handshakes_failed_[static_cast<std::size_t>(fault)]->Increment(); }

  prometheus::Gauge& connections() { return *connections_; }
  prometheus::Gauge& in_flight() { return *in_flight_; }
  HttpRefusals& refusals() { return refusals_; }

 private:
  struct Row {
    std::array<prometheus::Counter*, 5> by_class{};  // 1xx … 5xx
    prometheus::Histogram* seconds = nullptr;
  };
  const Router& router_;
  std::vector<Row> rows_;  // one per route, and one for "unmatched"
  std::array<prometheus::Counter*, kRateLimits> limited_{};
  std::array<prometheus::Counter*, kHandshakeFaults> handshakes_failed_{};
  prometheus::Gauge* connections_;
  prometheus::Gauge* in_flight_;
  HttpRefusals refusals_;
};

// The families of a registry without the rows of routes that were never called: there are hundreds, with 17 buckets
// each.
std::vector<prometheus::MetricFamily> without_unused_routes(std::vector<prometheus::MetricFamily> families);

// Metrics in the Prometheus text format, and its content type.
std::string to_text(const std::vector<prometheus::MetricFamily>& families);
inline constexpr std::string_view kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace beckon::http
