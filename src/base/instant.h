// Instants and durations: UTC milliseconds since the epoch. Only a Clock knows what time it is.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace beckon {

using Duration = std::chrono::milliseconds;
using Instant = std::chrono::sys_time<Duration>;

// Tells the time. Thread-safe. The simulator has its own.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
};

// A clock that only moves when set. Confined to one thread.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Instant start) : now_(start) {}
  Instant now() const override { return now_; }
  void set(Instant at) { now_ = at; }
  void advance(Duration by) { now_ += by; }

 private:
  Instant now_;
};

// "2026-02-25T12:00:00.123Z"; a zero fraction is omitted.
std::string to_rfc3339(Instant at);
void append_rfc3339(std::string& out, Instant at);

// RFC 3339 with any offset; more than three fraction digits are truncated. std::nullopt for any other text, an
// impossible date, or a year outside 1970 to 9999. A leap second becomes the last millisecond before it.
std::optional<Instant> parse_rfc3339(std::string_view text);

// "30s", "10m", "24h", "7d": a positive integer and one of s m h d, at most 3,650 days.
std::optional<Duration> parse_duration(std::string_view text);
std::string to_text(Duration duration);  // the shortest such text; "1500ms" if milliseconds remain

// Milliseconds since 1970 from a request. std::nullopt for a year outside 1970 to 9999.
constexpr std::optional<Instant> instant_within_ms(std::int64_t ms) {
  constexpr std::int64_t kYear10000 = 253'402'300'800'000;
  return ms >= 0 && ms < kYear10000 ? std::optional{Instant{Duration{ms}}} : std::nullopt;
}

constexpr Instant instant_ms(std::int64_t ms) { return Instant{Duration{ms}}; }
constexpr std::int64_t to_ms(Instant at) { return at.time_since_epoch().count(); }

}  // namespace beckon
