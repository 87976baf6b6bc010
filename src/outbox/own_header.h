// The headers that the operator gave a subscription. A value may be a credential: it is sealed wherever it is stored,
// in the subscription and in the record of an attempt, and opened only to be sent or shown.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/random.h"
#include "outbox/delivery.h"
#include "outbox/signature.h"
#include "system/secret_box.h"

namespace beckon::outbox {

struct OwnHeader {
  std::string name;    // as given
  std::string sealed;  // bytes of seal_header
  friend bool operator==(const OwnHeader&, const OwnHeader&) = default;
};

std::string header_key(std::string_view name);  // in lower case: names are compared this way

// Whether the name of a header suggests a credential, such as "authorization", "x-api-key" or "X-Shop-Token": its value
// is sent, but shown as kMask.
bool names_a_credential(std::string_view header);
inline constexpr std::string_view kMask = "***";

// Sealed for this handle, subscription and header name: a sealed value moved elsewhere does not open.
std::string seal_header(const Handle& handle, const SubscriptionId& id, std::string_view name, std::string_view value,
                        const SecretBox& secrets, Random& random);
// std::nullopt if it was not sealed with this key for these names.
std::optional<std::string> open_header(const Handle& handle, const SubscriptionId& id, std::string_view name,
                                       std::string_view sealed, const SecretBox& secrets);
// As shown to the operator: kMask for a credential, or if it cannot be opened.
std::string shown_header(const Handle& handle, const SubscriptionId& id, std::string_view name, std::string_view sealed,
                         const SecretBox& secrets);

// Adds one of the subscription's own headers to the record of an attempt (Attempt::request_headers), an open object: a
// list with its sealed value in base64, or kMask. All other members are strings.
void record_header(json::Writer& record, std::string_view name, std::string_view sealed);
// The headers of such a record as shown to the operator, in order.
Headers recorded_headers(const Attempt& attempt, const Handle& handle, const SubscriptionId& id,
                         const SecretBox& secrets);

}  // namespace beckon::outbox
