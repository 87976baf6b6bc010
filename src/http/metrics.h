// The HTTP server's metrics. Labels come from the route table, never from input: unknown paths are route="unmatched".
#pragma once
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "http/router.h"

namespace beckon::http {

// Resolved once at start, so that a request costs a few atomic additions and no lookup. Thread-safe.
class HttpMetrics {
 public:
  // Registers beckon_http_requests_total{method,route,status}, beckon_http_request_seconds{route},
  // beckon_http_connections, beckon_http_in_flight. `registry` must outlive it.
  HttpMetrics(prometheus::Registry& registry, const Router& router);

  // `route` may be null: unmatched.
  void answered(const Route* route, int status, std::chrono::microseconds took);

  prometheus::Gauge& connections() { return *connections_; }
  prometheus::Gauge& in_flight() { return *in_flight_; }

 private:
  struct Row {
    std::array<prometheus::Counter*, 5> by_class{};  // 1xx … 5xx
    prometheus::Histogram* seconds = nullptr;
  };
  const Router& router_;
  std::vector<Row> rows_;  // one per route, and a last one for "unmatched"
  prometheus::Gauge* connections_;
  prometheus::Gauge* in_flight_;
};

// The registry in the Prometheus text format, and its content type.
std::string to_text(const prometheus::Registry& registry);
inline constexpr std::string_view kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace beckon::http
