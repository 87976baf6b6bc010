#include "commit/tally.h"

#include <algorithm>

namespace beckon::commit {

std::int64_t counted_seconds(Duration time) {
  const std::int64_t seconds = (std::max(time, Duration{}) + Duration{500}) / std::chrono::seconds{1};
  std::int64_t step = 1;
  while (seconds / step >= 1'000) step *= 10;
  return (seconds + step / 2) / step * step;
}

}  // namespace beckon::commit
