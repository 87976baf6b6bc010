#include "base/instant.h"

#include <cstdint>

namespace beckon {
namespace {

using namespace std::chrono;

// Parses `count` digits at the front of `text` and removes them.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<minutes> take_offset(std::string_view& text) {
  if (take(text, "Zz")) return minutes{0};
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return std::nullopt;
  const int sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(1);
  const auto h = take_digits(text, 2);
  if (!h || !take(text, ":")) return std::nullopt;
  const auto m = take_digits(text, 2);
  if (!m || *h > 23 || *m > 59) return std::nullopt;
  return minutes{sign * (*h * 60 + *m)};
}

}  // namespace

namespace {

// Writes `value` as `count` decimal digits to `out`: a response has several instants, and snprintf takes 0.2 µs each.
char* put_digits(char* out, unsigned value, int count) {
  for (int i = count; i-- > 0; value /= 10) out[i] = static_cast<char>('0' + value % 10);
  return out + count;
}

}  // namespace

std::string to_rfc3339(Instant at) {
  std::string text;
  append_rfc3339(text, at);
  return text;
}

void append_rfc3339(std::string& out, Instant at) {
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const auto time = static_cast<unsigned>((at - day).count());
  char text[] = "0000-00-00T00:00:00.000Z";
  char* end = put_digits(text, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  end = put_digits(end + 1, static_cast<unsigned>(date.month()), 2);
  end = put_digits(end + 1, static_cast<unsigned>(date.day()), 2);
  end = put_digits(end + 1, time / 3'600'000, 2);
  end = put_digits(end + 1, time / 60'000 % 60, 2);
  end = put_digits(end + 1, time / 1000 % 60, 2);
  if (const unsigned fraction = time % 1000; fraction != 0) end = put_digits(end + 1, fraction, 3);
  *end++ = 'Z';
  out.append(text, end);
}

std::optional<Instant> parse_rfc3339(std::string_view text) {
  const auto y = take_digits(text, 4);
  if (!y || *y < 1970 || !take(text, "-")) return std::nullopt;
  const auto mo = take_digits(text, 2);
  if (!mo || !take(text, "-")) return std::nullopt;
  const auto d = take_digits(text, 2);
  if (!d || !take(text, "Tt ")) return std::nullopt;
  const auto h = take_digits(text, 2);
  if (!h || !take(text, ":")) return std::nullopt;
  const auto mi = take_digits(text, 2);
  if (!mi || !take(text, ":")) return std::nullopt;
  auto s = take_digits(text, 2);
  if (!s || *h > 23 || *mi > 59 || *s > 60) return std::nullopt;
  int ms = 0;
  if (take(text, ".")) {
    int scale = 100;
    bool any = false;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
      ms += (text.front() - '0') * scale;
      scale /= 10;
      any = true;
      text.remove_prefix(1);
    }
    if (!any) return std::nullopt;
  }
  if (*s == 60) *s = 59, ms = 999;
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  const year_month_day date{year{*y}, month{static_cast<unsigned>(*mo)}, day{static_cast<unsigned>(*d)}};
  if (!date.ok()) return std::nullopt;
  const Instant at = Instant{sys_days{date}} + hours{*h} + minutes{*mi} + seconds{*s} + milliseconds{ms} - *offset;
  if (at < Instant{}) return std::nullopt;
  return at;
}

std::optional<Duration> parse_duration(std::string_view text) {
  std::int64_t value = 0;
  if (text.size() < 2 || text.size() > 10) return std::nullopt;
  for (const char c : text.substr(0, text.size() - 1)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  std::int64_t unit = 0;
  switch (text.back()) {
    case 's': unit = 1'000; break;
    case 'm': unit = 60'000; break;
    case 'h': unit = 3'600'000; break;
    case 'd': unit = 86'400'000; break;
    default: return std::nullopt;
  }
  const std::int64_t most = Duration{days{3650}}.count();
  if (value <= 0 || value > most / unit) return std::nullopt;
  return Duration{value * unit};
}

std::string to_text(Duration duration) {
  const auto ms = duration.count();
  if (ms % 1000 != 0 || ms == 0) return std::to_string(ms) + "ms";
  if (ms % 86'400'000 == 0) return std::to_string(ms / 86'400'000) + "d";
  if (ms % 3'600'000 == 0) return std::to_string(ms / 3'600'000) + "h";
  if (ms % 60'000 == 0) return std::to_string(ms / 60'000) + "m";
  return std::to_string(ms / 1000) + "s";
}

}  // namespace beckon
