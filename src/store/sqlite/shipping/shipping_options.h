// What an operator may set of shipping commits to a backup folder (shipper.h).
#pragma once
#include <chrono>
#include <cstdint>
#include <string>

#include "base/instant.h"

namespace beckon::store {

struct ShippingOptions {
  std::string folder;
  Duration every = std::chrono::seconds{10};           // how soon a commit is in the folder
  Duration base_every = std::chrono::hours{24};        // how often a base is made
  Duration keep = std::chrono::hours{24 * 7};          // what is needed to restore a moment so long ago is kept
  std::uint64_t longest_wal = std::uint64_t{1} << 30;  // bytes, of the log that waits to be shipped
  Duration stalled_after = std::chrono::seconds{60};   // how long the folder may not answer before that is logged
};

}  // namespace beckon::store
