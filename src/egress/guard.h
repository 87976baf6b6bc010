// Whether a request may go to an address. Checked when an endpoint is created or changed, at every attempt, and again
// as the socket opens: always by these functions. Pure, thread-safe.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "egress/policy.h"
#include "egress/url.h"

namespace beckon::egress {

// A URL that passed the rules that need no DNS.
struct Target {
  Url url;
  bool host_admitted = false;  // the allowlist names its host (for this port)
};

// Rules 1 to 4 of safety.md section 1, and for a numeric host the address too.
Result<Target, Refusal> check_url(std::string_view text, const Policy& policy);

// Rules 5 and 8 for one address; an address with NAT64's prefix is judged by the IPv4 address inside.
std::optional<Refusal> judge(const IpAddress& address, const Target& target, const Policy& policy);

// Rule 5 for all addresses of a lookup: one denied address refuses all, because a mixed answer indicates DNS rebinding.
// Otherwise returns the addresses in the order to try: IPv4 first, then as answered, without duplicates. Precondition:
// answers is not empty.
Result<std::vector<IpAddress>, Refusal> classify(std::span<const IpAddress> answers, const Target& target,
                                                 const Policy& policy);

// Headers that belong to the connection or the client and that a subscription may not set (case-insensitive): host,
// content-length, transfer-encoding, connection, expect and the like.
bool is_reserved_header(std::string_view name);

// True if the name is an RFC 9110 token and not reserved, and the value has no control characters except tabs.
bool is_sendable_header(std::string_view name, std::string_view value);

}  // namespace beckon::egress
