// Bodies that come in gzip (RFC 1952). Thread-safe.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace beckon::neighbours {

inline constexpr std::size_t kInflatedMost = 1024 * 1024;  // bytes: several times what any of the libraries sends
// An event that is repeated word for word in a batch of a hundred comes to less; a bomb has about 1,000.
inline constexpr std::size_t kInflateRatio = 200;
inline constexpr std::size_t kInflateFreely = 64 * 1024;  // bytes up to which the ratio is not looked at

// The text of all gzip members, one behind another (section 2.2). Never holds more than kInflatedMost and a buffer.
// Faults: kInvalidPayload, where it is no gzip, broken off, or followed by something else; `too_large` beyond
// kInflatedMost; kPayloadTooLarge beyond kInflateRatio.
Result<std::string> inflate_gzip(std::string_view bytes, FaultCode too_large = FaultCode::kPayloadTooLarge);

}  // namespace beckon::neighbours
