// An IP address and a range of them, as values. No name, no zone, no port.
#pragma once
#include <sys/socket.h>

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace beckon::egress {

class Address {
 public:
  // Strict: a dotted quad of four decimals without leading zeros, or RFC 4291 text without brackets and without zone.
  static std::optional<Address> parse(std::string_view text);
  static Address v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d);
  static Address v4(std::uint32_t host_order);
  static Address v6(const std::array<std::uint8_t, 16>& bytes);
  // Nothing for a family other than AF_INET and AF_INET6.
  static std::optional<Address> from(const sockaddr* from);

  bool is_v6() const { return size_ == 16; }
  int bits() const { return size_ * 8; }
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }  // the first 4 of a v4 address; zeros follow
  std::string text() const;                                             // inet_ntop's form
  std::string host_text() const;                                        // as in a URL: brackets round a v6 address

  friend bool operator==(const Address&, const Address&) = default;
  friend auto operator<=>(const Address&, const Address&) = default;

 private:
  std::uint8_t size_ = 4;
  std::array<std::uint8_t, 16> bytes_{};
};

// The port of an AF_INET or AF_INET6 socket address, else 0.
std::uint16_t port_of(const sockaddr* from);

// A range: its first address and the number of bits that all of it share.
struct Cidr {
  Address first;
  int bits = 32;

  // "10.20.0.0/16", or an address alone for a range of one. Nothing where bits past the prefix are set.
  static std::optional<Cidr> parse(std::string_view text);
  bool contains(const Address& address) const;
  bool contains(const Cidr& other) const { return other.bits >= bits && contains(other.first); }
  Address last() const;
  bool is_single() const { return bits == first.bits(); }
  std::string text() const;

  friend bool operator==(const Cidr&, const Cidr&) = default;
};

}  // namespace beckon::egress
