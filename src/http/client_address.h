// The address of the client: the peer's, or, behind proxies that the operator trusts, that of the hop they saw. IPv4
// addresses are unmapped (ip_address.h), so that both notations are one client.
//
// Pure. Every function accepts any input; malformed input is not trusted.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "base/ip_address.h"

namespace beckon::http {

// Whether one of the ranges contains the address, in either notation of an IPv4 address: ::/0 contains all of them.
bool is_trusted(const IpAddress& address, std::span<const IpRange> trusted);

// The format of hops in a header: addresses as in X-Forwarded-For (X-Real-IP has one), or as in Forwarded (RFC 7239).
enum class HopFormat : std::uint8_t { kAddresses, kForwarded };
HopFormat hop_format(std::string_view header);  // its name, in any case

// The right-most hop that is not itself a trusted proxy. `values` are those of the one header that the proxies set, in
// order; they are not read if the peer is not trusted. A hop that is not an address ends the walk: the last known proxy
// is then the client.
IpAddress client_address(const IpAddress& peer, std::span<const IpRange> trusted, HopFormat format,
                         std::span<const std::string_view> values);

}  // namespace beckon::http
