#include "egress/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

namespace beckon::egress {
namespace {

// One decimal of at most `most`, without leading zeros, at the front of `text`.
std::optional<int> take_decimal(std::string_view& text, int most) {
  std::size_t size = 0;
  int value = 0;
  while (size < text.size() && text[size] >= '0' && text[size] <= '9') {
    value = value * 10 + (text[size] - '0');
    if (value > most) return std::nullopt;
    ++size;
  }
  if (size == 0 || (size > 1 && text[0] == '0')) return std::nullopt;
  text.remove_prefix(size);
  return value;
}

std::optional<Address> parse_v4(std::string_view text) {
  std::array<std::uint8_t, 4> bytes{};
  for (std::size_t i = 0; i < 4; ++i) {
    if (i > 0) {
      if (!text.starts_with('.')) return std::nullopt;
      text.remove_prefix(1);
    }
    const auto value = take_decimal(text, 255);
    if (!value) return std::nullopt;
    bytes[i] = static_cast<std::uint8_t>(*value);
  }
  if (!text.empty()) return std::nullopt;
  return Address::v4(bytes[0], bytes[1], bytes[2], bytes[3]);
}

std::optional<Address> parse_v6(std::string_view text) {
  char zero_ended[INET6_ADDRSTRLEN] = {};
  if (text.size() >= sizeof zero_ended || text.find('\0') != std::string_view::npos) return std::nullopt;
  text.copy(zero_ended, text.size());
  std::array<std::uint8_t, 16> bytes{};
  if (inet_pton(AF_INET6, zero_ended, bytes.data()) != 1) return std::nullopt;
  return Address::v6(bytes);
}

// The byte that has ones in the first `bits` of its places.
std::uint8_t mask_of(int bits) {
  return static_cast<std::uint8_t>(bits >= 8 ? 0xff : bits <= 0 ? 0 : 0xff << (8 - bits));
}

}  // namespace

std::optional<Address> Address::parse(std::string_view text) {
  return text.find(':') == std::string_view::npos ? parse_v4(text) : parse_v6(text);
}

Address Address::v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
  Address made;
  made.bytes_ = {a, b, c, d};
  return made;
}

Address Address::v4(std::uint32_t host_order) {
  const auto byte = [host_order](int shift) { return static_cast<std::uint8_t>(host_order >> shift); };
  return v4(byte(24), byte(16), byte(8), byte(0));
}

Address Address::v6(const std::array<std::uint8_t, 16>& bytes) {
  Address made;
  made.size_ = 16;
  made.bytes_ = bytes;
  return made;
}

std::optional<Address> Address::from(const sockaddr* from) {
  if (from->sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, from, sizeof in);
    return v4(ntohl(in.sin_addr.s_addr));
  }
  if (from->sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, from, sizeof in);
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
    return v6(bytes);
  }
  return std::nullopt;
}

std::string Address::text() const {
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(is_v6() ? AF_INET6 : AF_INET, bytes_.data(), text, sizeof text);
  return text;
}

std::string Address::host_text() const { return is_v6() ? "[" + text() + "]" : text(); }

std::uint16_t port_of(const sockaddr* from) {
  if (from->sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, from, sizeof in);
    return ntohs(in.sin_port);
  }
  if (from->sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, from, sizeof in);
    return ntohs(in.sin6_port);
  }
  return 0;
}

std::optional<Cidr> Cidr::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto first = Address::parse(text.substr(0, slash));
  if (!first) return std::nullopt;
  Cidr range{*first, first->bits()};
  if (slash != std::string_view::npos) {
    auto tail = text.substr(slash + 1);
    const auto bits = take_decimal(tail, first->bits());
    if (!bits || !tail.empty()) return std::nullopt;
    range.bits = *bits;
  }
  for (int i = 0; i < first->bits() / 8; ++i)
    if ((first->bytes()[static_cast<std::size_t>(i)] & ~mask_of(range.bits - i * 8)) != 0) return std::nullopt;
  return range;
}

bool Cidr::contains(const Address& address) const {
  if (address.is_v6() != first.is_v6()) return false;
  for (int i = 0; i * 8 < bits; ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (((address.bytes()[at] ^ first.bytes()[at]) & mask_of(bits - i * 8)) != 0) return false;
  }
  return true;
}

Address Cidr::last() const {
  auto bytes = first.bytes();
  for (int i = 0; i < first.bits() / 8; ++i)
    bytes[static_cast<std::size_t>(i)] |= static_cast<std::uint8_t>(~mask_of(bits - i * 8));
  return first.is_v6() ? Address::v6(bytes) : Address::v4(bytes[0], bytes[1], bytes[2], bytes[3]);
}

std::string Cidr::text() const { return first.text() + "/" + std::to_string(bits); }

}  // namespace beckon::egress
