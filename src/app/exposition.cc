#include "app/exposition.h"

#include <algorithm>
#include <array>
#include <limits>

namespace beckon::app {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr std::array<std::string_view, 3> kHighest{"beckon_oldest_due_seconds", "beckon_oldest_erasure_seconds",
                                                   "beckon_disk_full"};

void add_to(ClientMetric& sum, const ClientMetric& more, const MetricFamily& family) {
  if (family.type == MetricType::Counter) {
    sum.counter.value += more.counter.value;
  } else if (family.type == MetricType::Histogram) {
    auto& all = sum.histogram;
    if (all.bucket.size() != more.histogram.bucket.size()) return;
    all.sample_count += more.histogram.sample_count;
    all.sample_sum += more.histogram.sample_sum;
    for (std::size_t i = 0; i < all.bucket.size(); ++i)
      all.bucket[i].cumulative_count += more.histogram.bucket[i].cumulative_count;
  } else if (std::ranges::find(kHighest, family.name) != kHighest.end()) {
    sum.gauge.value = std::max(sum.gauge.value, more.gauge.value);
  } else {
    sum.gauge.value += more.gauge.value;
  }
}

}  // namespace

void Exposition::merge(const std::vector<MetricFamily>& others, bool only_counted) {
  for (const MetricFamily& other : others) {
    if (only_counted && other.type == MetricType::Gauge) continue;
    const auto known = std::ranges::find(families_, other.name, &MetricFamily::name);
    if (known == families_.end()) {
      families_.push_back(other);
      continue;
    }
    for (const ClientMetric& metric : other.metric) {
      const auto same = std::ranges::find(known->metric, metric.label, &ClientMetric::label);
      if (same == known->metric.end())
        known->metric.push_back(metric);
      else
        add_to(*same, metric, other);
    }
  }
}

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
