#include "rules/language/payload_text.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "rules/language/decimal.h"

namespace beckon::rules {

namespace {

constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
constexpr std::string_view kNumberParts = "mdHMSI";  // may omit the leading zero
constexpr std::string_view kOtherParts = "YbBp%";

struct WallClock {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<std::chrono::seconds> time{std::chrono::seconds{0}};
};

std::string padded(std::uint64_t number, std::size_t digits) {
  std::string out = std::to_string(number);
  if (out.size() < digits) out.insert(0, digits - out.size(), '0');
  return out;
}

std::optional<unsigned> digits_at(std::string_view text, std::size_t from, std::size_t size) {
  unsigned number = 0;
  const char* end = text.data() + from + size;
  const auto read = std::from_chars(text.data() + from, end, number);
  return read.ec == std::errc{} && read.ptr == end ? std::optional(number) : std::nullopt;
}

std::optional<WallClock> plain_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = digits_at(text, 0, 4), month = digits_at(text, 5, 2), day = digits_at(text, 8, 2);
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month),
                                         std::chrono::day(*day)};
  return date.ok() ? std::optional(WallClock{.date = date}) : std::nullopt;
}

WallClock wall_clock(Instant at, const Zone* zone) {
  const auto local =
      std::chrono::floor<std::chrono::seconds>(at) + (zone == nullptr ? std::chrono::seconds{0} : zone->at(at).offset);
  const auto day = std::chrono::floor<std::chrono::days>(local);
  return {.date = std::chrono::year_month_day(day), .time = std::chrono::hh_mm_ss<std::chrono::seconds>(local - day)};
}

std::string part_of(const WallClock& clock, char part, std::size_t digits) {
  const auto number = [digits](auto value) { return padded(static_cast<std::uint64_t>(value), digits); };
  const auto hour = clock.time.hours().count();
  const auto month = static_cast<unsigned>(clock.date.month());
  switch (part) {
    case 'Y': return padded(static_cast<std::uint64_t>(static_cast<int>(clock.date.year())), 4);
    case 'm': return number(month);
    case 'd': return number(static_cast<unsigned>(clock.date.day()));
    case 'H': return number(hour);
    case 'M': return number(clock.time.minutes().count());
    case 'S': return number(clock.time.seconds().count());
    case 'I': return number(hour % 12 == 0 ? 12 : hour % 12);
    case 'p': return hour < 12 ? "AM" : "PM";
    case 'b': return std::string(kMonths.at(month - 1).substr(0, 3));
    case 'B': return std::string(kMonths.at(month - 1));
    default: return "%";
  }
}

}  // namespace

std::optional<std::string> with_places(std::string_view number, int places) {
  // Truncated before rounding: rounding twice would round up some numbers below the half.
  const std::int64_t amount = millionths(number, places == kMostPlaces ? Rounding::kHalves : Rounding::kDown);
  if (amount >= kMostAmount || amount <= -kMostAmount) return std::nullopt;
  std::int64_t one = 1, unit = 1'000'000;  // an integer in units of the last place, and the millionths in one
  for (int i = 0; i < places; ++i) one *= 10, unit /= 10;
  const std::int64_t rounded = (std::abs(amount) + unit / 2) / unit;
  std::string out = amount < 0 && rounded != 0 ? "-" : "";
  out += std::to_string(rounded / one);
  if (places > 0)
    out.append(".").append(padded(static_cast<std::uint64_t>(rounded % one), static_cast<std::size_t>(places)));
  return out;
}

std::string date_format_fault(std::string_view format) {
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') continue;
    const std::size_t begin = i++;
    const bool bare = i < format.size() && format[i] == '-';
    if (bare) ++i;
    const bool known = i < format.size() && (kNumberParts.find(format[i]) != std::string_view::npos ||
                                             (!bare && kOtherParts.find(format[i]) != std::string_view::npos));
    if (!known)
      return "\"" + std::string(format.substr(begin)) +
             "\" does not begin with one of %Y %m %d %H %M %S %I %p %b %B %-d %-m %-H %-I %%";
  }
  return "";
}

std::optional<std::string> date_text(std::string_view text, std::string_view format, const Zone* zone) {
  auto clock = plain_date(text);
  if (const auto at = clock ? std::nullopt : parse_rfc3339(text)) clock = wall_clock(*at, zone);
  if (!clock) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      out += format[i];
      continue;
    }
    const bool bare = format[i + 1] == '-';
    i += bare ? 2 : 1;
    out += part_of(*clock, format[i], bare ? 1 : 2);
  }
  return out;
}

std::string percent_encoded(std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  static constexpr std::string_view kMarks = "-._~";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                            kMarks.find(c) != std::string_view::npos;
    if (unreserved)
      out += c;
    else
      out.append("%").append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
  }
  return out;
}

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

}  // namespace beckon::rules
