#include "base/ip_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>

namespace beckon {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

// Parses a decimal of at most `most`, without leading zeros, at the front of `text`.
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

std::optional<IpAddress> parse_v4(std::string_view text) {
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
  return IpAddress::v4(bytes[0], bytes[1], bytes[2], bytes[3]);
}

std::optional<IpAddress> parse_v6(std::string_view text) {
  char zero_ended[INET6_ADDRSTRLEN] = {};
  if (text.size() >= sizeof zero_ended || text.find('\0') != std::string_view::npos) return std::nullopt;
  text.copy(zero_ended, text.size());
  std::array<std::uint8_t, 16> bytes{};
  if (inet_pton(AF_INET6, zero_ended, bytes.data()) != 1) return std::nullopt;
  return IpAddress::v6(bytes);
}

// The byte whose first `bits` bits are set.
std::uint8_t mask_of(int bits) {
  return static_cast<std::uint8_t>(bits >= 8 ? 0xff : bits <= 0 ? 0 : 0xff << (8 - bits));
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  return text.find(':') == std::string_view::npos ? parse_v4(text) : parse_v6(text);
}

IpAddress IpAddress::v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
  IpAddress made;
  made.bytes_ = {a, b, c, d};
  return made;
}

IpAddress IpAddress::v4(std::uint32_t host_order) {
  const auto byte = [host_order](int shift) { return static_cast<std::uint8_t>(host_order >> shift); };
  return v4(byte(24), byte(16), byte(8), byte(0));
}

IpAddress IpAddress::v6(const std::array<std::uint8_t, 16>& bytes) {
  IpAddress made;
  made.size_ = 16;
  made.bytes_ = bytes;
  return made;
}

std::string IpAddress::text() const {
  char text[INET6_ADDRSTRLEN] = {};
  if (is_v6()) return inet_ntop(AF_INET6, bytes_.data(), text, sizeof text);
  char* end = text;  // inet_ntop formats the four numbers with sprintf, which takes ten times as long
  for (std::size_t i = 0; i < 4; ++i) {
    if (i > 0) *end++ = '.';
    end = std::to_chars(end, text + sizeof text, bytes_[i]).ptr;
  }
  return {text, end};
}

std::string IpAddress::host_text() const { return is_v6() ? "[" + text() + "]" : text(); }

IpAddress IpAddress::unmapped() const {
  if (!is_v6() || !std::equal(kMapped.begin(), kMapped.end(), bytes_.begin())) return *this;
  return v4(bytes_[12], bytes_[13], bytes_[14], bytes_[15]);
}

IpAddress IpAddress::client() const {
  IpAddress one = unmapped();
  if (one.is_v6()) std::fill(one.bytes_.begin() + 8, one.bytes_.end(), std::uint8_t{0});
  return one;
}

IpAddress IpAddress::mapped() const {
  if (is_v6()) return *this;
  std::array<std::uint8_t, 16> bytes{};
  std::copy(kMapped.begin(), kMapped.end(), bytes.begin());
  std::copy(bytes_.begin(), bytes_.begin() + 4, bytes.begin() + kMapped.size());
  return v6(bytes);
}

std::optional<IpRange> IpRange::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto first = IpAddress::parse(text.substr(0, slash));
  if (!first) return std::nullopt;
  IpRange range{*first, first->bits()};
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

bool IpRange::contains(const IpAddress& address) const {
  if (address.is_v6() != first.is_v6()) return false;
  for (int i = 0; i * 8 < bits; ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (((address.bytes()[at] ^ first.bytes()[at]) & mask_of(bits - i * 8)) != 0) return false;
  }
  return true;
}

IpAddress IpRange::last() const {
  auto bytes = first.bytes();
  for (int i = 0; i < first.bits() / 8; ++i)
    bytes[static_cast<std::size_t>(i)] |= static_cast<std::uint8_t>(~mask_of(bits - i * 8));
  return first.is_v6() ? IpAddress::v6(bytes) : IpAddress::v4(bytes[0], bytes[1], bytes[2], bytes[3]);
}

std::string IpRange::text() const { return first.text() + "/" + std::to_string(bits); }

}  // namespace beckon
