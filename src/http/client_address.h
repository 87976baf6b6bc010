// The address of the client: of the connection, or, behind proxies that the operator trusts, of the hop that they saw.
// IPv4 addresses are unmapped (ip_address.h), so that both spellings are one client.
//
// Pure. Every function accepts any input: what cannot be read is not believed.
#pragma once
#include <span>
#include <string_view>

#include "base/ip_address.h"

namespace beckon::http {

// Whether one of the ranges contains the address, in either spelling of an IPv4 address: ::/0 contains all of them.
bool is_trusted(const IpAddress& address, std::span<const IpRange> trusted);

// The right-most hop that is not itself a trusted proxy. `forwarded_for` are the values of X-Forwarded-For in their
// order; `forwarded` those of Forwarded (RFC 7239), which are read instead when there are any. Where the peer is not
// trusted, the headers are not read. A hop that is not an address ends the walk: the last known proxy is the client.
IpAddress client_address(const IpAddress& peer, std::span<const IpRange> trusted,
                         std::span<const std::string_view> forwarded_for, std::span<const std::string_view> forwarded);

}  // namespace beckon::http
