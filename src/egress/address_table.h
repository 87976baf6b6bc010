// Which addresses are the public internet: safety.md section 1, one table for the guard and for the unit's filter.
//
// Sources, read 2026: IANA "IPv4 Special-Purpose Address Registry" and "IPv4 Multicast Address Space" (denied rows);
// IANA "IPv6 Global Unicast Address Assignments" (admitted rows, all else denied, so that mapped, compatible, SIIT,
// 6to4, Teredo, unique-local, link-local and multicast forms need no row of their own); RFC 5214 for the two ISATAP
// interface ids; 168.63.129.16 is the host agent of Azure. One form is judged by the IPv4 address inside: that of the
// well-known NAT64 prefix 64:ff9b::/96 (RFC 6052), which networks with DNS64 give every name without AAAA. Pure
// functions, thread-safe.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/ip_address.h"

namespace beckon::egress {

// How the table regards an address.
enum class Standing : std::uint8_t {
  kPublic,    // may be connected to
  kSpecial,   // private or special-purpose: only if the platform admin admits it
  kLoopback,  // this machine: only if the platform admin admits the range, or with --dev
  kNever,     // link-local, cloud metadata, multicast, "this network", or a v4 address in v6 clothing: never
};

// Of 64:ff9b::/96: the IPv4 address that the network's translator connects to. Any other address is returned unchanged.
IpAddress without_nat64(const IpAddress& address);

Standing standing_of(const IpAddress& address);  // of what is inside, for 64:ff9b::/96

// Inside the ranges of kNever entirely, or in 64:ff9b::/96: what an allowlist may not name.
bool never_admitted(const IpRange& range);

std::span<const IpRange> denied_v4();
std::span<const IpRange> admitted_v6();
std::span<const IpRange> denied_inside_admitted_v6();

// Every range that standing_of denies, both families, disjoint; the ISATAP interface ids alone are no range.
std::vector<IpRange> denied_ranges();

// denied_ranges() as the value of systemd's IPAddressDeny=, separated by spaces. That filter works on packets of both
// directions, so a unit also needs an IPAddressAllow= for whoever calls it, for its DNS servers and for its allowlist.
std::string ip_address_deny();

// The addresses of this machine's interfaces at this moment, loopback left out (it has a range), in order.
std::vector<IpAddress> own_addresses();

}  // namespace beckon::egress
