// Decodes bodies in gzip (RFC 1952). Thread-safe.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace beckon::neighbours {

inline constexpr std::size_t kInflatedMost = 1024 * 1024;  // bytes: several times what any of the libraries sends
// A batch of a hundred identical events compresses less than this; a gzip bomb about 1,000.
inline constexpr std::size_t kInflateRatio = 200;
inline constexpr std::size_t kInflateFreely = 64 * 1024;  // bytes up to which the ratio is not checked

// The text of all gzip members, concatenated (section 2.2). Never allocates more than kInflatedMost and a buffer.
// Faults: kInvalidPayload if it is not gzip, truncated, or followed by other data; `too_large` beyond kInflatedMost;
// kPayloadTooLarge beyond kInflateRatio.
Result<std::string> inflate_gzip(std::string_view bytes, FaultCode too_large = FaultCode::kPayloadTooLarge);

}  // namespace beckon::neighbours
