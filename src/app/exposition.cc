#include "app/exposition.h"

#include <limits>

namespace beckon::app {

void Exposition::gauge(const char* name, const char* help, double value, Labels labels) {
  add(name, help, prometheus::MetricType::Gauge, std::move(labels)).gauge.value = value;
}

void Exposition::counter(const char* name, const char* help, double value, Labels labels) {
  add(name, help, prometheus::MetricType::Counter, std::move(labels)).counter.value = value;
}

void Exposition::histogram(const char* name, const char* help, const DurationHistogram& durations) {
  auto& made = add(name, help, prometheus::MetricType::Histogram, {}).histogram;
  const auto seconds = [](std::chrono::microseconds time) { return static_cast<double>(time.count()) / 1e6; };
  constexpr auto& kBounds = DurationHistogram::kBounds;
  for (std::size_t i = 0; i <= kBounds.size(); ++i) {
    made.sample_count += durations.count(i);
    made.bucket.push_back(
        {.cumulative_count = made.sample_count,
         .upper_bound = i < kBounds.size() ? seconds(kBounds[i]) : std::numeric_limits<double>::infinity()});
  }
  made.sample_sum = seconds(durations.total());
}

prometheus::ClientMetric& Exposition::add(const char* name, const char* help, prometheus::MetricType type,
                                          Labels labels) {
  if (families_.empty() || families_.back().name != name)
    families_.push_back({.name = name, .help = help, .type = type, .metric = {}});
  auto& metric = families_.back().metric.emplace_back();
  metric.label = std::move(labels);
  return metric;
}

}  // namespace beckon::app
