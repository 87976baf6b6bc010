#include "egress/address_table.h"

#include <ifaddrs.h>

#include <algorithm>
#include <iterator>

#include "base/check.h"
#include "net/socket_address.h"

namespace beckon::egress {
namespace {

std::vector<IpRange> ranges(std::initializer_list<std::string_view> texts) {
  std::vector<IpRange> made;
  for (const auto text : texts) {
    const auto range = IpRange::parse(text);
    CHECK(range);
    made.push_back(*range);
  }
  return made;
}

const std::vector<IpRange>& never() {
  static const auto kRanges = ranges({
      "0.0.0.0/8",           // RFC 791: this network
      "100.100.100.200/32",  // Alibaba Cloud metadata
      "168.63.129.16/32",    // Azure host agent
      "169.254.0.0/16",      // RFC 3927 link-local; metadata of most clouds
      "192.0.0.192/32",      // Oracle Cloud metadata, older
      "224.0.0.0/4",         // RFC 5771 multicast
      "240.0.0.0/4",         // RFC 1112 reserved, RFC 8190 broadcast
      "::/96",               // RFC 4291 unspecified and IPv4-compatible; ::1 is checked earlier
      "::ffff:0:0/96",       // RFC 4291 IPv4-mapped
      "::ffff:0:0:0/96",     // RFC 2765 SIIT
      "64:ff9b:1::/48",      // RFC 8215 local NAT64
      "2001::/32",           // RFC 4380 Teredo
      "2002::/16",           // RFC 3056 6to4
      "fd00:ec2::/32",       // AWS metadata, DNS and time
      "fd20:ce::254/128",    // Google Cloud metadata
      "fe80::/10",           // RFC 4291 link-local
      "fec0::/10",           // RFC 3879 site-local, deprecated
      "ff00::/8",            // RFC 4291 multicast
  });
  return kRanges;
}

const IpRange& nat64() {
  static const auto kRange = *IpRange::parse("64:ff9b::/96");
  return kRange;
}

// An IPv4 range as NAT64's translator embeds it.
IpRange inside_nat64(const IpRange& range) {
  auto bytes = nat64().first.bytes();
  std::ranges::copy_n(range.first.bytes().begin(), 4, bytes.begin() + 12);
  return {IpAddress::v6(bytes), nat64().bits + range.bits};
}

const std::vector<IpRange>& loopback() {
  static const auto kRanges = ranges({"127.0.0.0/8", "::1/128"});
  return kRanges;
}

bool any_contains(std::span<const IpRange> all, const IpAddress& address) {
  return std::ranges::any_of(all, [&](const IpRange& range) { return range.contains(address); });
}

// RFC 5214 section 6.1: an interface id of 0000:5efe or 0200:5efe followed by a v4 address.
bool is_isatap(const IpAddress& address) {
  const auto& b = address.bytes();
  return address.is_v6() && (b[8] == 0x00 || b[8] == 0x02) && b[9] == 0x00 && b[10] == 0x5e && b[11] == 0xfe;
}

// The admitted ranges and their exceptions, including those of NAT64.
const std::vector<IpRange>& open_v6() {
  static const auto kRanges = [] {
    std::vector<IpRange> all(admitted_v6().begin(), admitted_v6().end());
    all.push_back(nat64());
    return all;
  }();
  return kRanges;
}
const std::vector<IpRange>& holes_v6() {
  static const auto kRanges = [] {
    std::vector<IpRange> all(denied_inside_admitted_v6().begin(), denied_inside_admitted_v6().end());
    std::ranges::transform(denied_v4(), std::back_inserter(all), inside_nat64);
    return all;
  }();
  return kRanges;
}

// Appends the part of `part` that is not admitted, halving until each piece is on one side.
void append_denied_v6(const IpRange& part, std::vector<IpRange>& out) {
  const auto touches = [&](std::span<const IpRange> all) {
    return std::ranges::any_of(all, [&](const IpRange& r) { return r.contains(part) || part.contains(r); });
  };
  const auto inside = [&](std::span<const IpRange> all) {
    return std::ranges::any_of(all, [&](const IpRange& r) { return r.contains(part); });
  };
  if (!touches(open_v6()) || inside(holes_v6())) return out.push_back(part);
  if (inside(open_v6()) && !touches(holes_v6())) return;
  CHECK(part.bits < 128);
  auto upper = part.first.bytes();
  upper[static_cast<std::size_t>(part.bits / 8)] |= static_cast<std::uint8_t>(0x80 >> (part.bits % 8));
  append_denied_v6({part.first, part.bits + 1}, out);
  append_denied_v6({IpAddress::v6(upper), part.bits + 1}, out);
}

}  // namespace

std::span<const IpRange> denied_v4() {
  static const auto kRanges = ranges(
      {"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16", "172.16.0.0/12",
       "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16",
       "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"});
  return kRanges;
}

std::span<const IpRange> admitted_v6() {
  static const auto kRanges = ranges(
      {"2001:200::/23",  "2001:400::/23",  "2001:600::/23",  "2001:800::/22",  "2001:c00::/23",  "2001:e00::/23",
       "2001:1200::/23", "2001:1400::/22", "2001:1800::/23", "2001:1a00::/23", "2001:1c00::/22", "2001:2000::/19",
       "2001:4000::/23", "2001:4200::/23", "2001:4400::/23", "2001:4600::/23", "2001:4800::/23", "2001:4a00::/23",
       "2001:4c00::/23", "2001:5000::/20", "2001:8000::/19", "2001:a000::/20", "2001:b000::/20", "2003::/18",
       "2400::/12",      "2410::/12",      "2600::/12",      "2610::/23",      "2620::/23",      "2630::/12",
       "2800::/12",      "2a00::/12",      "2a10::/12",      "2c00::/12"});
  return kRanges;
}

std::span<const IpRange> denied_inside_admitted_v6() {
  static const auto kRanges = ranges({"2001:db8::/32", "2620:4f:8000::/48"});
  return kRanges;
}

IpAddress without_nat64(const IpAddress& address) {
  if (!nat64().contains(address)) return address;
  const auto& b = address.bytes();
  return IpAddress::v4(b[12], b[13], b[14], b[15]);
}

Standing standing_of(const IpAddress& given) {
  const IpAddress address = without_nat64(given);
  if (any_contains(loopback(), address)) return Standing::kLoopback;
  if (any_contains(never(), address) || is_isatap(address)) return Standing::kNever;
  if (!address.is_v6()) return any_contains(denied_v4(), address) ? Standing::kSpecial : Standing::kPublic;
  if (!any_contains(admitted_v6(), address)) return Standing::kSpecial;
  return any_contains(denied_inside_admitted_v6(), address) ? Standing::kSpecial : Standing::kPublic;
}

bool never_admitted(const IpRange& range) {
  if (nat64().contains(range)) return true;
  if (range.is_single()) return standing_of(range.first) == Standing::kNever;
  return std::ranges::any_of(never(), [&](const IpRange& r) { return r.contains(range); });
}

std::vector<IpRange> denied_ranges() {
  std::vector<IpRange> all(denied_v4().begin(), denied_v4().end());
  append_denied_v6({IpAddress::v6({}), 0}, all);
  return all;
}

std::string ip_address_deny() {
  std::string text;
  for (const auto& range : denied_ranges()) text += (text.empty() ? "" : " ") + range.text();
  return text;
}

std::vector<IpAddress> own_addresses() {
  std::vector<IpAddress> found;
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return found;
  for (const ifaddrs* each = list; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr) continue;
    const auto address = net::address_of(each->ifa_addr);
    if (address && !any_contains(loopback(), *address)) found.push_back(*address);
  }
  freeifaddrs(list);
  std::ranges::sort(found);
  found.erase(std::ranges::unique(found).begin(), found.end());
  return found;
}

}  // namespace beckon::egress
