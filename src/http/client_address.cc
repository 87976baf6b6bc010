#include "http/client_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "http/text.h"

namespace beckon::http {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr int kMostHops = 32;  // walked back; no honest chain of proxies is longer

// "1.2.3.4:80", "[2001:db8::1]:80" and bare addresses, as proxies write hops.
std::optional<ClientAddress> parse_hop(std::string_view hop) {
  hop = trim(hop);
  if (hop.starts_with('[')) {
    const std::size_t end = hop.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view port = hop.substr(end + 1);
    if (!port.empty() && port.front() != ':') return std::nullopt;
    return parse_address(hop.substr(1, end - 1));
  }
  if (std::count(hop.begin(), hop.end(), ':') == 1) hop = hop.substr(0, hop.find(':'));
  return parse_address(hop);
}

// The right-most element of a list of which `text` is the last line left; elements within quotes are not split.
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
std::optional<ClientAddress> forwarded_for_of(std::string_view element) {
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

bool is_trusted(const ClientAddress& address, std::span<const AddressRange> trusted) {
  return std::any_of(trusted.begin(), trusted.end(),
                     [&](const AddressRange& range) { return range.contains(address); });
}

}  // namespace

bool ClientAddress::is_v4() const { return std::equal(kMapped.begin(), kMapped.end(), bytes.begin()); }

std::string ClientAddress::text() const {
  std::array<char, INET6_ADDRSTRLEN> out{};
  if (!is_v4()) return inet_ntop(AF_INET6, bytes.data(), out.data(), out.size());
  char* end = out.data();  // inet_ntop prints the four numbers through sprintf, ten times as dear
  for (std::size_t i = kMapped.size(); i < bytes.size(); ++i) {
    if (i > kMapped.size()) *end++ = '.';
    end = std::to_chars(end, out.data() + out.size(), bytes[i]).ptr;
  }
  return {out.data(), end};
}

std::optional<ClientAddress> parse_address(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.empty() || text.size() >= terminated.size() || text.find('\0') != std::string_view::npos)
    return std::nullopt;
  std::copy(text.begin(), text.end(), terminated.begin());
  ClientAddress address;
  if (inet_pton(AF_INET6, terminated.data(), address.bytes.data()) == 1) return address;
  std::copy(kMapped.begin(), kMapped.end(), address.bytes.begin());
  if (inet_pton(AF_INET, terminated.data(), address.bytes.data() + kMapped.size()) == 1) return address;
  return std::nullopt;
}

bool AddressRange::contains(const ClientAddress& address) const {
  const auto whole = static_cast<std::size_t>(prefix / 8);
  if (std::memcmp(first.bytes.data(), address.bytes.data(), whole) != 0) return false;
  if (prefix % 8 == 0) return true;
  return ((first.bytes[whole] ^ address.bytes[whole]) >> (8 - prefix % 8)) == 0;
}

std::optional<AddressRange> parse_range(std::string_view text) {
  const bool has_prefix = text.find('/') != std::string_view::npos;
  const bool v4 = text.find(':') == std::string_view::npos;
  const auto address = parse_address(take_until(text, '/'));
  if (!address) return std::nullopt;
  AddressRange range{*address, 128};
  if (has_prefix) {
    int written = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), written);
    if (error != std::errc{} || end != text.data() + text.size() || written < 0 || written > (v4 ? 32 : 128)) {
      return std::nullopt;
    }
    range.prefix = v4 ? written + 96 : written;
  }
  for (int bit = range.prefix; bit < 128; ++bit) {
    if (range.first.bytes[static_cast<std::size_t>(bit / 8)] & (0x80 >> (bit % 8))) return std::nullopt;
  }
  return range;
}

ClientAddress client_address(const ClientAddress& peer, std::span<const AddressRange> trusted,
                             std::span<const std::string_view> forwarded_for,
                             std::span<const std::string_view> forwarded) {
  if (!is_trusted(peer, trusted)) return peer;
  const bool standard = !forwarded.empty();
  const auto lines = standard ? forwarded : forwarded_for;
  ClientAddress known = peer;
  int hops = 0;
  for (std::size_t i = lines.size(); i-- > 0;) {
    std::string_view line = lines[i];
    while (!line.empty() && hops++ < kMostHops) {
      const std::string_view element = take_last(line);
      const auto hop = standard ? forwarded_for_of(element) : parse_hop(element);
      if (!hop) return known;
      known = *hop;
      if (!is_trusted(known, trusted)) return known;
    }
  }
  return known;
}

}  // namespace beckon::http
