// The bucket of a split that a unit falls into: rules.md, "split".
#pragma once
#include <cstdint>
#include <string_view>

namespace beckon::rules {

// MurmurHash3_x86_32 of Austin Appleby's SMHasher (public domain). The same result on every machine.
std::uint32_t murmur3_x86_32(std::string_view text, std::uint32_t seed);

// (murmur3(salt + unit, 0) × 10,000) >> 32: 0 to 9,999.
std::uint32_t bucket_of(std::string_view salt, std::string_view unit);

}  // namespace beckon::rules
