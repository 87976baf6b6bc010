// The system's clock.
#pragma once
#include "base/instant.h"

namespace beckon {

class SystemClock final : public Clock {
 public:
  Instant now() const override { return std::chrono::floor<Duration>(std::chrono::system_clock::now()); }
};

}  // namespace beckon
