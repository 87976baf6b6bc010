// An attempt as bytes, for the row of a delivery that ended with its first one.
//   attempt = 0x01 number at outcome status dns connect tls first_byte total cut error url request_headers
//             response_headers response_body
// Numbers and texts are as in base/packing.h.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "outbox/delivery.h"

namespace beckon::outbox {

std::string packed_attempt(const Attempt& attempt);
std::optional<Attempt> unpacked_attempt(std::string_view bytes);  // std::nullopt: damaged

}  // namespace beckon::outbox
