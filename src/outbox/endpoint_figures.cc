#include "outbox/endpoint_figures.h"

#include <algorithm>
#include <cmath>

namespace beckon::outbox {
namespace {

constexpr Duration kHour = std::chrono::hours{1};

// The smallest value that this share of the values does not exceed, in milliseconds.
std::optional<double> percentile(const std::vector<std::int64_t>& sorted_us, double share) {
  if (sorted_us.empty()) return std::nullopt;
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted_us.size())));
  return static_cast<double>(sorted_us[std::max<std::size_t>(rank, 1) - 1]) / 1000;
}

}  // namespace

EndpointFigures figures_of(const EndpointLog& log, Instant since, Instant now) {
  EndpointFigures found{.since = since, .of = log.entries.size()};
  if (log.more && !log.entries.empty()) found.since = log.entries.back().created_at;
  for (Instant hour = now - (now - since + kHour - Duration{1}) / kHour * kHour; hour < now; hour += kHour)
    if (hour + kHour > found.since) found.hours.push_back({.since = hour});
  std::vector<std::int64_t> answers_us;
  for (const EndpointLog::Entry& entry : log.entries) {
    if (!is_final(entry.state)) continue;
    const bool delivered = entry.state == DeliveryState::kDelivered, failed = entry.state == DeliveryState::kFailed;
    found.delivered += delivered;
    found.failed += failed;
    found.withdrawn += entry.state == DeliveryState::kWithdrawn;
    found.attempts += static_cast<std::size_t>(entry.attempts);
    if ((delivered || failed) && entry.answer_us > 0) answers_us.push_back(entry.answer_us);
    if (found.hours.empty()) continue;
    const auto place = (entry.created_at - found.hours.front().since) / kHour;
    const auto last = static_cast<std::int64_t>(found.hours.size()) - 1;
    EndpointFigures::Hour& hour = found.hours[static_cast<std::size_t>(std::clamp<std::int64_t>(place, 0, last))];
    hour.delivered += delivered;
    hour.failed += failed;
  }
  if (const auto ended = found.delivered + found.failed; ended > 0)
    found.share = static_cast<double>(found.delivered) / static_cast<double>(ended);
  std::ranges::sort(answers_us);
  found.p50_ms = percentile(answers_us, 0.5);
  found.p95_ms = percentile(answers_us, 0.95);
  return found;
}

}  // namespace beckon::outbox
