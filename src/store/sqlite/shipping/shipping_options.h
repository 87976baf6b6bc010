// The operator's settings for shipping commits to a backup folder (shipper.h).
#pragma once
#include <chrono>
#include <cstdint>
#include <string>

#include "base/instant.h"

namespace beckon::store {

struct ShippingOptions {
  std::string folder;
  Duration every = std::chrono::seconds{10};           // maximum delay until a commit is in the folder
  Duration base_every = std::chrono::hours{24};        // how often a base is made
  Duration keep = std::chrono::hours{24 * 7};          // how far back points in time can be restored
  std::uint64_t longest_wal = std::uint64_t{1} << 30;  // bytes of WAL that may wait to be shipped
  Duration stalled_after = std::chrono::seconds{60};   // how long the folder may not respond before this is logged
};

}  // namespace beckon::store
