// The metrics of one scrape, collected from the rooms' own counters. Includes what prometheus-cpp counts.
#pragma once
#include <prometheus/metric_family.h>
#include <prometheus/registry.h>

#include <string_view>
#include <vector>

#include "base/duration_histogram.h"
#include "http/listener.h"
#include "http/metrics.h"

namespace beckon::store {
class Acknowledged;
}

namespace beckon::app {

// Label values are from closed lists, never from input.
using Labels = std::vector<prometheus::ClientMetric::Label>;

// Confined to one scrape. Add the metrics of one name in succession, each with its own labels and the same `help`.
class Exposition {
 public:
  Exposition() = default;
  explicit Exposition(const prometheus::Registry& registry)
      : families_(http::without_unused_routes(registry.Collect())) {}

  void gauge(const char* name, const char* help, double value, Labels labels = {});
  void counter(const char* name, const char* help, double value, Labels labels = {});
  void histogram(const char* name, const char* help, const DurationHistogram& durations);

  // Adds what another exposition has: metrics of the same name and labels are summed, or, where that means nothing (the
  // age of the oldest of something), the highest counts. `only_counted`: no gauges.
  void merge(const std::vector<prometheus::MetricFamily>& others, bool only_counted = false);

  const std::vector<prometheus::MetricFamily>& families() const { return families_; }

 private:
  prometheus::ClientMetric& add(const char* name, const char* help, prometheus::MetricType type, Labels labels);
  std::vector<prometheus::MetricFamily> families_;
};

void add_process(Exposition& out);  // of build, process and log: app/metrics.cc
void add_certificates(Exposition& out, const http::TlsCertificates& certificates);
// What a database has lost that it had acknowledged: of the process.
void add_losses(Exposition& out, const store::Acknowledged& acknowledged);
// What a listener has in hand, and has refused: likewise.
void add_listener(Exposition& out, const http::Listener& listener, const http::HttpRefusals& refused);

}  // namespace beckon::app
