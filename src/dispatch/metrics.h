// The dispatcher's metrics. Labels come from the closed list of outcomes, never from input.
#pragma once
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <array>

#include "base/instant.h"
#include "outbox/delivery.h"

namespace beckon::dispatch {

// Resolved once at start. Thread-safe.
class DispatchMetrics {
 public:
  // Registers beckon_dispatch_attempts_total{outcome}, beckon_dispatch_attempt_seconds, beckon_dispatch_lag_seconds
  // (from due to begun), beckon_dispatch_in_flight, beckon_dispatch_unwritten, beckon_dispatch_ready,
  // beckon_dispatch_open_circuits. `registry` must outlive it.
  explicit DispatchMetrics(prometheus::Registry& registry);

  void begun(Duration lag) { lag_->Observe(static_cast<double>(lag.count()) / 1e3); }
  void ended(const outbox::Attempt& attempt);
  void stands(std::size_t in_flight, std::size_t unwritten, std::size_t ready, std::size_t open_circuits);

 private:
  std::array<prometheus::Counter*, 9> attempts_{};  // 2xx … 5xx by class, then the errors
  prometheus::Histogram* seconds_;
  prometheus::Histogram* lag_;
  prometheus::Gauge* in_flight_;
  prometheus::Gauge* unwritten_;
  prometheus::Gauge* ready_;
  prometheus::Gauge* open_circuits_;
};

}  // namespace beckon::dispatch
