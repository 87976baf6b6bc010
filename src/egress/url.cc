#include "egress/url.h"

#include <algorithm>

#include "egress/international_name.h"

namespace beckon::egress {
namespace {

constexpr std::size_t kMaxName = 253;  // RFC 1035 section 2.3.4, as text without the root's dot
constexpr std::size_t kMaxLabel = 63;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_name_byte(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

std::string lowered(std::string_view text) {
  std::string made(text);
  std::ranges::transform(made, made.begin(), lower);
  return made;
}

// Refuses bytes that are not allowed anywhere in a URL.
std::optional<Refusal> refuse_bytes(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f) return Refusal::kForbiddenByte;
    if (byte >= 0x80) return Refusal::kNonAscii;
    if (c == '\\') return Refusal::kBackslash;
    if (c == '#') return Refusal::kFragment;
  }
  return std::nullopt;
}

bool escapes_are_whole(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '%' && (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2]))) return false;
  return true;
}

// Rule 3: with such a last label, some parsers read the whole host as an IPv4 address.
bool ends_in_number(std::string_view host) {
  const auto last = host.substr(host.rfind('.') + 1);
  return std::ranges::all_of(last, is_digit) || last.starts_with("0x");
}

std::optional<Refusal> read_v6(std::string_view text, std::string& host, std::optional<IpAddress>& address) {
  if (text.find('%') != std::string_view::npos) return Refusal::kZoneId;
  if (text.starts_with('v') || text.starts_with('V')) return Refusal::kFutureAddress;
  if (text.find(':') == std::string_view::npos) return Refusal::kBadHost;
  address = IpAddress::parse(text);
  if (!address) return Refusal::kBadHost;
  host = address->text();
  return std::nullopt;
}

bool is_name(std::string_view host) {
  if (host.size() > kMaxName) return false;
  while (true) {
    const auto dot = host.find('.');
    const auto label = host.substr(0, dot);
    if (label.empty() || label.size() > kMaxLabel || label.front() == '-' || label.back() == '-' ||
        !std::ranges::all_of(label, is_name_byte))
      return false;
    if (dot == std::string_view::npos) return true;
    host.remove_prefix(dot + 1);
  }
}

// Removes "https://" or "http://" from the front.
std::optional<Scheme> take_scheme(std::string_view& text) {
  const auto start = lowered(text.substr(0, 8));
  if (start == "https://") return text.remove_prefix(8), Scheme::kHttps;
  if (start.starts_with("http://")) return text.remove_prefix(7), Scheme::kHttp;
  return std::nullopt;
}

// The index of the colon before a port, or npos.
std::size_t port_colon(std::string_view authority) {
  const auto bracket = authority.find(']');
  return authority.find(':', authority.starts_with('[') && bracket != std::string_view::npos ? bracket : 0);
}

}  // namespace

std::optional<std::uint16_t> parse_port(std::string_view text) {
  if (text.empty() || text.size() > 5 || text.front() == '0') return std::nullopt;
  if (!std::ranges::all_of(text, is_digit)) return std::nullopt;
  int value = 0;
  for (const char c : text) value = value * 10 + (c - '0');
  if (value > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(value);
}

std::optional<Refusal> read_host(std::string_view text, std::string& host, std::optional<IpAddress>& address) {
  if (text.empty()) return Refusal::kEmptyHost;
  if (text.starts_with('[')) {
    if (!text.ends_with(']')) return text.find(']') == text.npos ? Refusal::kBadHost : Refusal::kBadPort;
    return read_v6(text.substr(1, text.size() - 2), host, address);
  }
  if (text.find('%') != std::string_view::npos) return Refusal::kPercentInHost;
  const bool rooted = text.ends_with('.');  // of the DNS root: the same name
  host = lowered(text.substr(0, text.size() - (rooted ? 1 : 0)));
  if (ends_in_number(host)) {
    if (rooted) return Refusal::kTrailingDot;
    address = IpAddress::parse(host);
    return address ? std::nullopt : std::optional{Refusal::kNumericSpelling};
  }
  if (!is_name(host)) return Refusal::kBadHost;
  return has_valid_international_labels(host) ? std::nullopt : std::optional{Refusal::kBadInternationalName};
}

Result<Url, Refusal> parse_url(std::string_view text) {
  if (text.size() > kMaxUrl) return unexpected(Refusal::kTooLong);
  if (const auto refusal = refuse_bytes(text)) return unexpected(*refusal);
  const auto scheme = take_scheme(text);
  if (!scheme) return unexpected(Refusal::kScheme);

  const auto end = std::min(text.find_first_of("/?"), text.size());
  auto authority = text.substr(0, end);
  const auto rest = text.substr(end);
  if (authority.find('@') != std::string_view::npos) return unexpected(Refusal::kUserinfo);

  Url url{.scheme = *scheme, .port = static_cast<std::uint16_t>(*scheme == Scheme::kHttps ? 443 : 80)};
  if (const auto colon = port_colon(authority); colon != std::string_view::npos) {
    const auto port = parse_port(authority.substr(colon + 1));
    if (!port) return unexpected(colon == 0 ? Refusal::kEmptyHost : Refusal::kBadPort);
    url.port = *port;
    authority = authority.substr(0, colon);
  }
  if (const auto refusal = read_host(authority, url.host, url.address)) return unexpected(*refusal);
  if (!escapes_are_whole(rest)) return unexpected(Refusal::kBadEscape);
  url.target = rest.starts_with('/') ? std::string(rest) : "/" + std::string(rest);
  return url;
}

std::string Url::text() const {
  std::string made = scheme == Scheme::kHttps ? "https://" : "http://";
  made += host_text();
  if (!default_port()) made += ":" + std::to_string(port);
  return made + target;
}

}  // namespace beckon::egress
