// What an endpoint's log comes to: how much of it was delivered, and how fast it answers.
#pragma once
#include <optional>
#include <vector>

#include "outbox/delivery_log.h"

namespace beckon::outbox {

struct EndpointFigures {
  Instant since{};     // they are of deliveries created since then: later than asked for where there are too many
  std::size_t of = 0;  // deliveries that were looked at, those that wait too
  std::size_t delivered = 0, failed = 0, withdrawn = 0;
  std::size_t attempts = 0;              // of those that have ended
  std::optional<double> share;           // delivered of those that were delivered or have failed
  std::optional<double> p50_ms, p95_ms;  // of the last answers of those
  struct Hour {
    Instant since{};
    std::size_t delivered = 0, failed = 0;
  };
  std::vector<Hour> hours;  // by when they were created, oldest first; the last ends now. Those before `since` lack
};

// `log`: of [since, now).
EndpointFigures figures_of(const EndpointLog& log, Instant since, Instant now);

}  // namespace beckon::outbox
