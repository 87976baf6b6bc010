#include "http/client_address.h"

#include <algorithm>
#include <optional>

#include "http/text.h"

namespace beckon::http {
namespace {

constexpr int kMostHops = 32;  // walked back; no legitimate chain of proxies is longer

std::optional<IpAddress> parse_unmapped(std::string_view text) {
  const auto address = IpAddress::parse(text);
  return address ? std::optional{address->unmapped()} : std::nullopt;
}

// "1.2.3.4:80", "[2001:db8::1]:80" and bare addresses, as proxies write hops.
std::optional<IpAddress> parse_hop(std::string_view hop) {
  hop = trim(hop);
  if (hop.starts_with('[')) {
    const std::size_t end = hop.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view port = hop.substr(end + 1);
    if (!port.empty() && port.front() != ':') return std::nullopt;
    return parse_unmapped(hop.substr(1, end - 1));
  }
  if (std::count(hop.begin(), hop.end(), ':') == 1) hop = hop.substr(0, hop.find(':'));
  return parse_unmapped(hop);
}

// The right-most element of a list whose last remaining line is `text`; quoted elements are not split.
std::string_view take_last(std::string_view& text) {
  bool quoted = false;
  std::size_t comma = std::string_view::npos;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (text[i] == ',' && !quoted) comma = i;
  }
  const std::string_view last = comma == std::string_view::npos ? text : text.substr(comma + 1);
  text = comma == std::string_view::npos ? std::string_view{} : text.substr(0, comma);
  return trim(last);
}

// The address of `for=` in one element of Forwarded, RFC 7239.
std::optional<IpAddress> forwarded_for_of(std::string_view element) {
  while (!element.empty()) {
    std::string_view value = trim(take_until(element, ';'));
    const std::string_view name = take_until(value, '=');
    if (!equal_ignoring_case(trim(name), "for")) continue;
    value = trim(value);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    return parse_hop(value);
  }
  return std::nullopt;
}

}  // namespace

bool is_trusted(const IpAddress& address, std::span<const IpRange> trusted) {
  return std::any_of(trusted.begin(), trusted.end(),
                     [&](const IpRange& range) { return range.contains(address) || range.contains(address.mapped()); });
}

HopFormat hop_format(std::string_view header) {
  return equal_ignoring_case(header, "forwarded") ? HopFormat::kForwarded : HopFormat::kAddresses;
}

IpAddress client_address(const IpAddress& peer, std::span<const IpRange> trusted, HopFormat format,
                         std::span<const std::string_view> values) {
  if (!is_trusted(peer, trusted)) return peer;
  IpAddress known = peer;
  int hops = 0;
  for (std::size_t i = values.size(); i-- > 0;) {
    std::string_view line = values[i];
    while (!line.empty() && hops++ < kMostHops) {
      const std::string_view element = take_last(line);
      const auto hop = format == HopFormat::kForwarded ? forwarded_for_of(element) : parse_hop(element);
      if (!hop) return known;
      known = *hop;
      if (!is_trusted(known, trusted)) return known;
    }
  }
  return known;
}

}  // namespace beckon::http
