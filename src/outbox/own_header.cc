#include "outbox/own_header.h"

#include <algorithm>
#include <array>

#include "system/encoding.h"

namespace beckon::outbox {
namespace {

// Differs from that of the subscription's secret, which must not open as a header value.
std::string place_of(const Handle& handle, const SubscriptionId& id, std::string_view name) {
  return handle.text + "/" + id.text + "/header/" + header_key(name);
}

}  // namespace

std::string header_key(std::string_view name) {
  std::string key(name);
  for (char& c : key)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return key;
}

bool names_a_credential(std::string_view header) {
  static constexpr std::array<std::string_view, 10> kParts{"auth",   "cookie", "token",      "secret",  "password",
                                                           "passwd", "apikey", "credential", "api-key", "signature"};
  const std::string name = header_key(header);
  return std::ranges::any_of(kParts, [&](std::string_view part) { return name.find(part) != std::string::npos; });
}

std::string seal_header(const Handle& handle, const SubscriptionId& id, std::string_view name, std::string_view value,
                        const SecretBox& secrets, Random& random) {
  return secrets.seal(value, place_of(handle, id, name), random);
}

std::optional<std::string> open_header(const Handle& handle, const SubscriptionId& id, std::string_view name,
                                       std::string_view sealed, const SecretBox& secrets) {
  return secrets.open(sealed, place_of(handle, id, name));
}

std::string shown_header(const Handle& handle, const SubscriptionId& id, std::string_view name, std::string_view sealed,
                         const SecretBox& secrets) {
  if (names_a_credential(name)) return std::string(kMask);
  return open_header(handle, id, name, sealed, secrets).value_or(std::string(kMask));
}

void record_header(json::Writer& record, std::string_view name, std::string_view sealed) {
  if (names_a_credential(name))
    record.member(name, kMask);
  else
    record.key(name).begin_array().string(to_base64(sealed)).end_array();
}

Headers recorded_headers(const Attempt& attempt, const Handle& handle, const SubscriptionId& id,
                         const SecretBox& secrets) {
  Headers shown;
  const auto record = json::parse(attempt.request_headers);
  if (!record) return shown;
  for (const json::Member& member : record->root().members()) {
    const auto sealed = member.value.items();
    if (sealed.empty()) {
      shown.emplace_back(member.key, member.value.text());
      continue;
    }
    const auto bytes = from_base64(sealed.front().text());
    shown.emplace_back(member.key, shown_header(handle, id, member.key, bytes.value_or(""), secrets));
  }
  return shown;
}

}  // namespace beckon::outbox
