// The checksum of a row's bytes: SipHash-2-4 with a fixed key, mixed with the row's own numbers so that bytes at
// another place do not pass. It detects damage, not forgery.
#pragma once
#include <cstdint>
#include <string_view>

#include "system/encoding.h"

namespace beckon::store {

inline std::int64_t sum_of(std::string_view bytes, std::uint64_t place, std::int64_t at) {
  static const KeyedHash hash("beckon row sum 1");
  const std::uint64_t mixed = place * 0x9e3779b97f4a7c15u ^ static_cast<std::uint64_t>(at) * 0xc2b2ae3d27d4eb4fu;
  return static_cast<std::int64_t>(hash(bytes) ^ mixed);
}

// Of a snapshot; `as_of` is 0 in rows from data files that had no such column.
inline std::int64_t snapshot_sum(std::string_view bytes, std::uint64_t version, std::int64_t last_received,
                                 std::uint64_t as_of) {
  return sum_of(bytes, version, last_received) ^ static_cast<std::int64_t>(as_of * 0xd6e8feb86659fd93u);
}

}  // namespace beckon::store
