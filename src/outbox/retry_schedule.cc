#include "outbox/retry_schedule.h"

#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "base/planted.h"

namespace beckon::outbox {
namespace {

using namespace std::chrono;

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || text.front() < '0' || text.front() > '9' || end != text.data() + text.size()) return std::nullopt;
  if (error != std::errc{}) return std::nullopt;
  return value;
}

std::optional<Duration> parse_wait(std::string_view text) {
  if (!text.ends_with("ms")) return parse_duration(text);
  const auto ms = whole_number(text.substr(0, text.size() - 2));
  if (!ms || *ms <= 0 || *ms > Duration{days{3650}}.count()) return std::nullopt;
  return Duration{*ms};
}

}  // namespace

RetrySchedule::RetrySchedule()
    : waits_{seconds{5},  seconds{10}, seconds{20}, seconds{40}, minutes{5},
             minutes{30}, hours{2},    hours{5},    hours{10}} {}

RetrySchedule::RetrySchedule(std::vector<Duration> waits) : waits_(std::move(waits)) {
  CHECK(waits_.size() <= kMostWaits);
  for (const Duration wait : waits_) CHECK(wait > Duration{0});
}

std::optional<RetrySchedule> RetrySchedule::parse(std::string_view text) {
  std::vector<Duration> waits;
  while (true) {
    const std::size_t comma = text.find(',');
    std::string_view one = text.substr(0, comma);
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    const auto wait = parse_wait(one);
    if (!wait || waits.size() == kMostWaits) return std::nullopt;
    waits.push_back(*wait);
    if (comma == std::string_view::npos) return RetrySchedule{std::move(waits)};
    text.remove_prefix(comma + 1);
  }
}

std::string RetrySchedule::to_text() const {
  std::string text;
  for (const Duration wait : waits_) text.append(text.empty() ? "" : ",").append(beckon::to_text(wait));
  return text;
}

std::optional<Duration> RetrySchedule::wait_after(int failures, std::optional<Duration> retry_after,
                                                  Random& random) const {
  CHECK(failures >= 1);
  if (static_cast<std::size_t>(failures) > waits_.size()) return std::nullopt;
  const auto wait = static_cast<double>(waits_[static_cast<std::size_t>(failures) - 1].count());
  const Duration drawn{static_cast<std::int64_t>(wait * random.uniform(1 - kJitter, 1 + kJitter))};
  if (planted(Planted::kIgnoreRetryAfter)) return drawn;
  return std::max(drawn, std::min(retry_after.value_or(Duration{0}), kMostRetryAfter));
}

}  // namespace beckon::outbox
