// An IP address and a range of them, as values: no name, zone or port. Pure, thread-safe.
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace beckon {

// Of one of two families: an IPv4 address and its mapped IPv6 form (::ffff:a.b.c.d) are different values.
class IpAddress {
 public:
  // Strict: a dotted quad of four decimals without leading zeros, or RFC 4291 text without brackets and without zone.
  // std::nullopt for any other text.
  static std::optional<IpAddress> parse(std::string_view text);
  static IpAddress v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d);
  static IpAddress v4(std::uint32_t host_order);
  static IpAddress v6(const std::array<std::uint8_t, 16>& bytes);

  bool is_v6() const { return size_ == 16; }
  int bits() const { return size_ * 8; }
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }  // the first 4 of a v4 address; zeros follow
  std::string text() const;                                             // "192.0.2.1", or the form of RFC 5952
  std::string host_text() const;                                        // as in a URL: a v6 address in brackets

  // The same client in the other notation: the v4 address of a mapped one, and the mapped form of a v4 address. Both
  // return other v6 addresses unchanged.
  IpAddress unmapped() const;
  IpAddress mapped() const;

  // The address that counts as one client: of a v6 address the first of its /64, which usually belongs to one client;
  // of a v4 address, also if mapped, the v4 address.
  IpAddress client() const;

  friend bool operator==(const IpAddress&, const IpAddress&) = default;
  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  std::uint8_t size_ = 4;
  std::array<std::uint8_t, 16> bytes_{};
};

// A range: its first address and the number of leading bits common to all its addresses.
struct IpRange {
  IpAddress first;
  int bits = 32;

  // "10.20.0.0/16", or a single address for a range of one. std::nullopt for any other text, and if bits after the
  // prefix are set.
  static std::optional<IpRange> parse(std::string_view text);
  bool contains(const IpAddress& address) const;  // of its own family only
  bool contains(const IpRange& other) const { return other.bits >= bits && contains(other.first); }
  IpAddress last() const;
  bool is_single() const { return bits == first.bits(); }
  std::string text() const;

  friend bool operator==(const IpRange&, const IpRange&) = default;
};

}  // namespace beckon
