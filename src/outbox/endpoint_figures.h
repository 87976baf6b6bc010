// The figures in an endpoint's log: how much was delivered, and how fast the endpoint responds.
#pragma once
#include <optional>
#include <vector>

#include "outbox/delivery_log.h"

namespace beckon::outbox {

struct EndpointFigures {
  Instant since{};     // of deliveries created since then; later than requested if there are too many
  std::size_t of = 0;  // number of deliveries considered, including waiting ones
  std::size_t delivered = 0, failed = 0, withdrawn = 0;
  std::size_t attempts = 0;              // of deliveries that have ended
  std::optional<double> share;           // of delivered ones among those delivered or failed
  std::optional<double> p50_ms, p95_ms;  // of the last responses of those
  struct Hour {
    Instant since{};
    std::size_t delivered = 0, failed = 0;
  };
  std::vector<Hour> hours;  // by creation, oldest first; the last one ends now. Hours before `since` are omitted
};

// `log`: of [since, now).
EndpointFigures figures_of(const EndpointLog& log, Instant since, Instant now);

}  // namespace beckon::outbox
