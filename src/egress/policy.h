// What the operator admits in addition to the public internet: one immutable snapshot, shared as `shared_ptr<const
// Policy>` and compared by value. Nothing in it ever admits a link-local, metadata, multicast or translated address.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/fault.h"
#include "base/ip_address.h"

namespace beckon::egress {

// One entry of the allowlist. A name admits every address it resolves to, except loopback, this machine's own, and
// those never admitted. A range admits its addresses, including loopback; this machine's own address is only admitted
// by an entry for that address alone. An entry with a port applies to that port only, and opens it if it is closed.
struct HostEntry {
  std::string host;  // lower case
  std::optional<std::uint16_t> port;
  friend bool operator==(const HostEntry&, const HostEntry&) = default;
};

struct RangeEntry {
  IpRange range;
  std::optional<std::uint16_t> port;  // only for a single address
  friend bool operator==(const RangeEntry&, const RangeEntry&) = default;
};

struct Policy {
  bool admit_http = false;      // the operator's switch: plain http, and port 80 with it
  bool admit_loopback = false;  // --dev: 127.0.0.0/8, ::1, localhost, and all ports from 1024
  std::vector<HostEntry> hosts;
  std::vector<RangeEntry> ranges;
  std::vector<IpAddress> own;  // rule 8; from own_addresses(), reread for each snapshot

  friend bool operator==(const Policy&, const Policy&) = default;
};

using PolicySnapshot = std::shared_ptr<const Policy>;

constexpr std::size_t kMaxAllowlist = 1000;  // entries; each is checked for each request

// Reads the platform admin's "egress" list into `policy`: "hooks.internal.example", "hooks.internal.example:8080",
// "10.20.0.0/16", "10.20.0.7", "10.20.0.7:5432", "fd12::/48", "[fd12::1]:8443". Reports all faults at "egress[i]".
void read_allowlist(std::span<const std::string> entries, Policy& policy, Issues& issues);

}  // namespace beckon::egress
