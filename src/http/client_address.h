// The address of the client: of the connection, or, behind proxies that the operator trusts, of the hop that they saw.
// IPv4 addresses are unmapped (ip_address.h), so that both spellings are one client.
//
// Pure. Every function accepts any input: what cannot be read is not believed.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "base/ip_address.h"

namespace beckon::http {

// Whether one of the ranges contains the address, in either spelling of an IPv4 address: ::/0 contains all of them.
bool is_trusted(const IpAddress& address, std::span<const IpRange> trusted);

// How a header lists hops: addresses as in X-Forwarded-For, of which X-Real-IP has one, or as in Forwarded (RFC 7239).
enum class HopFormat : std::uint8_t { kAddresses, kForwarded };
HopFormat hop_format(std::string_view header);  // its name, in any case

// The right-most hop that is not itself a trusted proxy. `values` are those of the one header that the proxies set, in
// their order; where the peer is not trusted, they are not read. A hop that is not an address ends the walk: the last
// known proxy is the client.
IpAddress client_address(const IpAddress& peer, std::span<const IpRange> trusted, HopFormat format,
                         std::span<const std::string_view> values);

}  // namespace beckon::http
