// May this request go there? Checked when an endpoint is created, when it is changed, at every attempt, and once more
// as the socket opens: always these functions. Pure, thread-safe.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "egress/policy.h"
#include "egress/url.h"

namespace beckon::egress {

// A URL that passed the part of the rules that needs no DNS.
struct Target {
  Url url;
  bool host_admitted = false;  // the allowlist names its host (for this port)
};

// Rules 1 to 4 of safety.md section 1, and for a numeric host the address too.
Result<Target, Refusal> check_url(std::string_view text, const Policy& policy);

// Rules 5 and 8 for one address.
std::optional<Refusal> judge(const IpAddress& address, const Target& target, const Policy& policy);

// Rule 5 for all answers of a lookup: one that is denied refuses them all, for a mixed answer is the mark of
// rebinding. Else the addresses in the order to be tried: IPv4 first, then as answered, without repeats.
// Precondition: answers is not empty.
Result<std::vector<IpAddress>, Refusal> classify(std::span<const IpAddress> answers, const Target& target,
                                                 const Policy& policy);

// Headers that belong to the connection or to the client and may not be given by a subscription, in any case of
// letters: host, content-length, transfer-encoding, connection, expect and their kin.
bool is_reserved_header(std::string_view name);

// A name that is an RFC 9110 token and not reserved, and a value without control characters other than a tab.
bool is_sendable_header(std::string_view name, std::string_view value);

}  // namespace beckon::egress
