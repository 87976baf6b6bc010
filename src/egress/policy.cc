#include "egress/policy.h"

#include <algorithm>

#include "egress/address_table.h"
#include "egress/reserved_name.h"
#include "egress/url.h"

namespace beckon::egress {
namespace {

constexpr std::string_view kForm =
    "must be a host name, host:port, an address, or a range such as 10.20.0.0/16 with no bits set beyond its prefix";
constexpr std::string_view kNever =
    "must not be a link-local, metadata, multicast or translated address; those are never allowed";

// Empty, or what is wrong with the entry.
std::string_view read_range(std::string_view entry, std::optional<std::uint16_t> port, Policy& policy) {
  const auto range = IpRange::parse(entry);
  if (!range) return kForm;
  if (never_admitted(*range)) return kNever;
  policy.ranges.push_back({*range, port});
  return {};
}

std::string_view read_entry(std::string_view entry, Policy& policy) {
  if (entry.find('/') != std::string_view::npos || IpAddress::parse(entry)) return read_range(entry, {}, policy);
  std::optional<std::uint16_t> port;
  const auto colon = entry.rfind(':');
  if (colon != std::string_view::npos && !entry.ends_with(']')) {
    port = parse_port(entry.substr(colon + 1));
    if (!port) return "must have a port from 1 to 65535";
    entry = entry.substr(0, colon);
  }
  if (entry.find('*') != std::string_view::npos) return "must name a single host; patterns are not supported";
  HostEntry made{.port = port};
  std::optional<IpAddress> address;
  if (read_host(entry, made.host, address)) return kForm;
  if (address) return read_range(made.host, port, policy);
  if (is_metadata_name(made.host)) return "must not be a cloud metadata service; those are never allowed";
  policy.hosts.push_back(std::move(made));
  return {};
}

}  // namespace

void read_allowlist(std::span<const std::string> entries, Policy& policy, Issues& issues) {
  policy.hosts.clear();
  policy.ranges.clear();
  if (entries.size() > kMaxAllowlist)
    return issues.add("egress", "must have at most " + std::to_string(kMaxAllowlist) + " entries");
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (const auto wrong = read_entry(entries[i], policy); !wrong.empty())
      issues.add("egress[" + std::to_string(i) + "]", std::string(wrong));
}

}  // namespace beckon::egress
