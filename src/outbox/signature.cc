#include "outbox/signature.h"

#include <span>

#include "system/encoding.h"

namespace beckon::outbox {
namespace {

constexpr std::string_view kPrefix = "whsec_";

}  // namespace

std::string make_secret(Random& random) {
  std::string key(32, '\0');
  random.fill(std::as_writable_bytes(std::span{key.data(), key.size()}));
  return std::string(kPrefix) + to_base64(key);
}

std::optional<std::string> standard_signature(std::string_view secret, std::string_view id, std::int64_t seconds,
                                              std::string_view body) {
  if (!secret.starts_with(kPrefix)) return std::nullopt;
  const auto key = from_base64(secret.substr(kPrefix.size()));
  if (!key || key->empty()) return std::nullopt;
  std::string text;
  text.reserve(id.size() + body.size() + 24);
  text.append(id).append(".").append(std::to_string(seconds)).append(".").append(body);
  return "v1," + to_base64(hmac_sha256(*key, text));
}

std::string platform_signature(std::string_view secret, std::string_view body) {
  return "sha256=" + to_hex(hmac_sha256(secret, body));
}

std::optional<Headers> signature_headers(const Signed& what, std::string_view secret, std::string_view previous) {
  const std::int64_t seconds = std::chrono::floor<std::chrono::seconds>(what.at).time_since_epoch().count();
  auto standard = standard_signature(secret, what.event_id, seconds, what.body);
  if (!standard) return std::nullopt;
  if (!previous.empty()) {
    const auto old = standard_signature(previous, what.event_id, seconds, what.body);
    if (!old) return std::nullopt;
    standard->append(" ").append(*old);
  }
  Headers headers;
  headers.reserve(16);  // including what the sender adds
  headers.emplace_back("webhook-id", what.event_id);
  headers.emplace_back("webhook-timestamp", std::to_string(seconds));
  headers.emplace_back("webhook-signature", std::move(*standard));
  headers.emplace_back("x-arjun-signature", platform_signature(secret, what.body));
  if (!previous.empty()) headers.emplace_back("x-arjun-signature-previous", platform_signature(previous, what.body));
  headers.emplace_back("x-arjun-event-type", what.event_type);
  headers.emplace_back("x-arjun-attempt", std::to_string(what.attempt));
  return headers;
}

}  // namespace beckon::outbox
