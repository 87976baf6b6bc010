#include "egress/guard.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "egress/address_table.h"
#include "egress/reserved_name.h"

namespace beckon::egress {
namespace {

// Rule 2: databases, queues and control planes that listen on ports above 1023.
constexpr auto kClosedPorts = std::to_array<std::uint16_t>(
    {1433, 1521, 2049, 2375, 2376, 2377, 2378, 2379,  2380,  3306,  3389,  5432,  5672,  5984,
     6379, 6443, 8500, 9042, 9092, 9200, 9300, 10250, 10255, 11211, 15672, 27017, 27018, 27019});

bool port_is_open(const Url& url, const Policy& policy) {
  if (url.port == 443 || (url.port == 80 && url.scheme == Scheme::kHttp)) return true;
  if (url.port < 1024) return false;
  return policy.admit_loopback || !std::ranges::binary_search(kClosedPorts, url.port);
}

bool holds(const std::optional<std::uint16_t>& entry, std::uint16_t port) { return !entry || *entry == port; }

// The entry for this host; one with the port takes precedence over one without.
template <class Entries, class Matches>
bool admitted(const Entries& entries, std::uint16_t port, bool& port_named, Matches matches) {
  bool any = false;
  for (const auto& entry : entries) {
    if (!holds(entry.port, port) || !matches(entry)) continue;
    any = true;
    port_named = port_named || entry.port.has_value();
  }
  return any;
}

std::optional<Refusal> refuse_name(const std::string& name, const Policy& policy) {
  if (policy.admit_loopback && is_localhost(name)) return std::nullopt;
  if (is_reserved_name(name)) return Refusal::kReservedName;
  if (name.find('.') == std::string::npos) return Refusal::kSingleLabel;
  return std::nullopt;
}

char lowered(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// Whether a header's name is `lower`, case-insensitively.
bool is_named(std::string_view name, std::string_view lower) {
  return std::ranges::equal(name, lower, {}, [](char c) { return lowered(c); });
}

// RFC 9110 section 5.6.2.
bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
  });
}

}  // namespace

Result<Target, Refusal> check_url(std::string_view text, const Policy& policy) {
  auto url = parse_url(text);
  if (!url) return unexpected(url.error());
  if (url->scheme == Scheme::kHttp && !policy.admit_http) return unexpected(Refusal::kPlainHttp);

  Target target{.url = std::move(*url)};
  bool port_named = false;
  if (target.url.address) {
    admitted(policy.ranges, target.url.port, port_named,
             [&](const RangeEntry& entry) { return entry.range.contains(*target.url.address); });
  } else {
    if (is_metadata_name(target.url.host)) return unexpected(Refusal::kMetadataName);
    target.host_admitted = admitted(policy.hosts, target.url.port, port_named,
                                    [&](const HostEntry& entry) { return entry.host == target.url.host; });
    const auto refusal = target.host_admitted ? std::nullopt : refuse_name(target.url.host, policy);
    if (refusal) return unexpected(*refusal);
  }
  if (!port_named && !port_is_open(target.url, policy)) return unexpected(Refusal::kClosedPort);
  if (target.url.address)
    if (const auto refusal = judge(*target.url.address, target, policy)) return unexpected(*refusal);
  return target;
}

std::optional<Refusal> judge(const IpAddress& given, const Target& target, const Policy& policy) {
  const IpAddress address = without_nat64(given);
  const auto standing = standing_of(address);
  if (standing == Standing::kNever) return Refusal::kNeverAddress;
  if (standing == Standing::kLoopback && address != given) return Refusal::kLoopbackAddress;  // not this machine's
  const auto named = [&](auto matches) {
    return std::ranges::any_of(policy.ranges, [&](const RangeEntry& entry) {
      return holds(entry.port, target.url.port) && matches(entry.range);
    });
  };
  if (std::ranges::find(policy.own, address) != policy.own.end() &&
      !named([&](const IpRange& range) { return range.is_single() && range.first == address; }))
    return Refusal::kOwnAddress;
  if (standing == Standing::kPublic || named([&](const IpRange& range) { return range.contains(address); }))
    return std::nullopt;
  if (standing == Standing::kLoopback)
    return policy.admit_loopback ? std::nullopt : std::optional{Refusal::kLoopbackAddress};
  return target.host_admitted ? std::nullopt : std::optional{Refusal::kSpecialAddress};
}

Result<std::vector<IpAddress>, Refusal> classify(std::span<const IpAddress> answers, const Target& target,
                                                 const Policy& policy) {
  CHECK(!answers.empty());
  std::vector<IpAddress> order;
  for (const auto& address : answers) {
    if (const auto refusal = judge(address, target, policy)) return unexpected(*refusal);
    if (std::ranges::find(order, address) == order.end()) order.push_back(address);
  }
  std::ranges::stable_partition(order, [](const IpAddress& address) { return !address.is_v6(); });
  return order;
}

bool is_reserved_header(std::string_view name) {
  static constexpr auto kReserved = std::to_array<std::string_view>(
      {"accept-encoding", "connection", "content-encoding", "content-length", "expect", "host", "http2-settings",
       "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"});
  return is_named(name.substr(0, 6), "proxy-") ||
         std::ranges::any_of(kReserved, [&](std::string_view reserved) { return is_named(name, reserved); });
}

bool is_sendable_header(std::string_view name, std::string_view value) {
  return is_token(name) && !is_reserved_header(name) && std::ranges::none_of(value, [](char c) {
           return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
         });
}

}  // namespace beckon::egress
