#include "dispatch/metrics.h"

namespace beckon::dispatch {
namespace {

// 0 to 3: 2xx to 5xx (other statuses count as 5xx); then refused, dns, connect, tls, timeout.
std::size_t row_of(const outbox::Attempt& attempt) {
  switch (attempt.outcome) {
    case outbox::AttemptOutcome::kStatus: {
      const int hundreds = attempt.status / 100;
      return hundreds >= 2 && hundreds <= 5 ? static_cast<std::size_t>(hundreds - 2) : 3;
    }
    case outbox::AttemptOutcome::kRefused: return 4;
    case outbox::AttemptOutcome::kDns: return 5;
    case outbox::AttemptOutcome::kConnect: return 6;
    case outbox::AttemptOutcome::kTls: return 7;
    case outbox::AttemptOutcome::kTimeout: return 8;
  }
  return 8;
}

constexpr std::array kOutcomes = {"2xx", "3xx", "4xx", "5xx", "refused", "dns", "connect", "tls", "timeout"};

prometheus::Histogram& histogram(prometheus::Registry& registry, const char* name, const char* help) {
  static const prometheus::Histogram::BucketBoundaries kSeconds = {.001, .0025, .005, .01, .025, .05, .1,
                                                                   .25,  .5,    1,    2.5, 5,    10,  60};
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add({}, kSeconds);
}

prometheus::Gauge& gauge(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

}  // namespace

DispatchMetrics::DispatchMetrics(prometheus::Registry& registry)
    : seconds_(&histogram(registry, "beckon_dispatch_attempt_seconds",
                          "Duration of an attempt, from DNS lookup to the last byte.")),
      lag_(&histogram(registry, "beckon_dispatch_lag_seconds", "Time from a delivery being due to its attempt.")),
      in_flight_(&gauge(registry, "beckon_dispatch_in_flight", "Attempts in progress.")),
      unwritten_(
          &gauge(registry, "beckon_dispatch_unwritten", "Finished attempts whose result has not been written yet.")),
      ready_(&gauge(registry, "beckon_dispatch_ready", "Deliveries read ahead of their attempt.")),
      open_circuits_(&gauge(registry, "beckon_dispatch_open_circuits", "Endpoints whose circuit is open.")) {
  auto& attempts =
      prometheus::BuildCounter().Name("beckon_dispatch_attempts_total").Help("Attempts by outcome.").Register(registry);
  for (std::size_t i = 0; i < kOutcomes.size(); ++i) attempts_[i] = &attempts.Add({{"outcome", kOutcomes[i]}});
}

void DispatchMetrics::ended(const outbox::Attempt& attempt) {
  attempts_[row_of(attempt)]->Increment();
  seconds_->Observe(static_cast<double>(attempt.total_us) / 1e6);
}

void DispatchMetrics::stands(std::size_t in_flight, std::size_t unwritten, std::size_t ready,
                             std::size_t open_circuits) {
  in_flight_->Set(static_cast<double>(in_flight));
  unwritten_->Set(static_cast<double>(unwritten));
  ready_->Set(static_cast<double>(ready));
  open_circuits_->Set(static_cast<double>(open_circuits));
}

}  // namespace beckon::dispatch
