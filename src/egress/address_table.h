// Which addresses are the public internet: safety.md section 1; one table for the guard and for the unit's filter.
//
// Sources, read 2026: IANA "IPv4 Special-Purpose Address Registry" and "IPv4 Multicast Address Space" (denied rows);
// IANA "IPv6 Global Unicast Address Assignments" (admitted rows; everything else is denied, so that mapped, compatible,
// SIIT, 6to4, Teredo, unique-local, link-local and multicast forms need no rows of their own); RFC 5214 for the two
// ISATAP interface ids; 168.63.129.16 is Azure's host agent. One form is judged by the IPv4 address it contains: the
// well-known NAT64 prefix 64:ff9b::/96 (RFC 6052), which networks with DNS64 return for every name without AAAA. Pure
// functions, thread-safe.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/ip_address.h"

namespace beckon::egress {

// The class of an address.
enum class Standing : std::uint8_t {
  kPublic,    // may be connected to
  kSpecial,   // private or special-purpose: only if the platform admin admits it
  kLoopback,  // this machine: only if the platform admin admits the range, or with --dev
  kNever,     // link-local, cloud metadata, multicast, "this network", or IPv4 embedded in IPv6: never
};

// For 64:ff9b::/96: the IPv4 address that the network's translator connects to. Other addresses are returned unchanged.
IpAddress without_nat64(const IpAddress& address);

Standing standing_of(const IpAddress& address);  // for 64:ff9b::/96, of the address inside

// Entirely within ranges of kNever, or within 64:ff9b::/96: an allowlist must not contain it.
bool never_admitted(const IpRange& range);

std::span<const IpRange> denied_v4();
std::span<const IpRange> admitted_v6();
std::span<const IpRange> denied_inside_admitted_v6();

// Every range that standing_of denies, both families, disjoint; without the ISATAP ids, which are not ranges.
std::vector<IpRange> denied_ranges();

// denied_ranges() as the value of systemd's IPAddressDeny=, separated by spaces. That filter applies to packets in both
// directions, so a unit also needs IPAddressAllow= for its clients, its DNS servers and its allowlist.
std::string ip_address_deny();

// The addresses of this machine's interfaces at this moment, except loopback (which has a range), in order.
std::vector<IpAddress> own_addresses();

}  // namespace beckon::egress
