// A webhook's URL, parsed once: the parsed URL is what is connected to. Strict: refuses, never repairs (safety.md
// section 1, rules 1 and 3). Only normalizes as in RFC 3986 section 6.2: scheme and host become lower case, and an
// absent path becomes "/"; a host name also loses the dot of the DNS root. Pure, thread-safe.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ip_address.h"
#include "base/result.h"
#include "egress/refusal.h"

namespace beckon::egress {

enum class Scheme : std::uint8_t { kHttps, kHttp };

constexpr std::size_t kMaxUrl = 2048;  // characters

struct Url {
  Scheme scheme = Scheme::kHttps;
  std::string host;  // lower case, without a trailing dot; an IPv6 address in the form of RFC 5952, without brackets
  std::optional<IpAddress> address;  // of a numeric host; such a host never goes to DNS
  std::uint16_t port = 443;          // as given, or the scheme's default
  std::string target;                // path and query as written, beginning with "/"

  bool default_port() const { return port == (scheme == Scheme::kHttps ? 443 : 80); }
  std::string host_text() const { return address ? address->host_text() : host; }
  std::string text() const;  // the whole URL, canonical

  friend bool operator==(const Url&, const Url&) = default;
};

Result<Url, Refusal> parse_url(std::string_view text);

// A host as written in a URL, without port: fills host and address.
std::optional<Refusal> read_host(std::string_view text, std::string& host, std::optional<IpAddress>& address);

// "1" to "65535" without leading zeros.
std::optional<std::uint16_t> parse_port(std::string_view text);

}  // namespace beckon::egress
