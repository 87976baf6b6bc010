// The address of the client: of the connection, or, behind proxies that the operator trusts, of the hop that they saw.
//
// Pure. Every function is total over hostile input: what cannot be read is not believed.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace beckon::http {

// An IP address as 16 bytes; IPv4 in its mapped form (::ffff:a.b.c.d), so that both spellings are one client.
struct ClientAddress {
  std::array<std::uint8_t, 16> bytes{};

  bool is_v4() const;
  std::string text() const;  // "192.0.2.1", or RFC 5952 for IPv6
  friend bool operator==(const ClientAddress&, const ClientAddress&) = default;
};

// A plain dotted quad or an IPv6 address, without brackets, port or zone; nothing for any other text.
std::optional<ClientAddress> parse_address(std::string_view text);

// A range such as "10.0.0.0/8", "2001:db8::/32" or a single address.
struct AddressRange {
  ClientAddress first;
  int prefix = 128;  // bits of the 16 bytes; an IPv4 prefix is 96 more than written

  bool contains(const ClientAddress& address) const;
};

// Nothing when the text is no range, or has bits set beyond its prefix.
std::optional<AddressRange> parse_range(std::string_view text);

// The right-most hop that is not itself a trusted proxy. `forwarded_for` are the values of X-Forwarded-For in their
// order (of Forwarded's `for=` when `forwarded` is not empty: RFC 7239 wins where a proxy sends both). Where the peer
// is not trusted the headers are not read. A hop that is no address ends the walk: the last proxy known is the client.
ClientAddress client_address(const ClientAddress& peer, std::span<const AddressRange> trusted,
                             std::span<const std::string_view> forwarded_for,
                             std::span<const std::string_view> forwarded);

}  // namespace beckon::http

template <>
struct std::hash<beckon::http::ClientAddress> {
  std::size_t operator()(const beckon::http::ClientAddress& address) const noexcept {
    return std::hash<std::string_view>{}({reinterpret_cast<const char*>(address.bytes.data()), address.bytes.size()});
  }
};
