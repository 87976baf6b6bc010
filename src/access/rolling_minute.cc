#include "access/rolling_minute.h"

#include <algorithm>

namespace beckon::access {
namespace {

std::int64_t second_of(Instant at) { return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count(); }

}  // namespace

void RollingMinute::advance(Instant now) {
  constexpr auto kSpan = static_cast<std::int64_t>(kBuckets);
  const std::int64_t second = second_of(now), step = second - second_;
  if (step < 0) {
    if (step < -kSpan || total_ == 0) second_ = second;
    return;
  }
  if (total_ == 0 || step >= kSpan) {
    if (total_ > 0) buckets_.fill(0);
    total_ = 0;
  } else {
    for (std::int64_t i = 0; i < step; ++i) {
      newest_ = newest_ + 1 == kBuckets ? 0 : newest_ + 1;
      total_ -= buckets_[newest_];
      buckets_[newest_] = 0;
    }
  }
  second_ = second;
}

std::int64_t RollingMinute::seconds_until_gone(std::uint32_t amount, Instant now) const {
  if (total_ == 0) return 0;
  std::uint32_t gone = 0;
  std::size_t index = newest_;
  for (std::size_t age = kBuckets; age-- > 0;) {  // the oldest first
    index = index + 1 == kBuckets ? 0 : index + 1;
    gone += buckets_[index];
    if (gone == 0 || gone < amount) continue;
    const std::int64_t leaves = second_ - static_cast<std::int64_t>(age) + static_cast<std::int64_t>(kBuckets);
    const Duration wait = Instant{std::chrono::seconds{leaves}} - now;
    return std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(wait).count());
  }
  return static_cast<std::int64_t>(kBuckets);
}

}  // namespace beckon::access
