// The addresses of this machine, reread every few seconds, so that a new one is refused without a new policy.
#pragma once
#include <chrono>
#include <vector>

#include "egress/address_table.h"

namespace beckon::egress {

// Confined to one thread.
class OwnAddresses {
 public:
  const std::vector<IpAddress>& now() {
    const auto at = std::chrono::steady_clock::now();
    if (at >= until_) {
      addresses_ = own_addresses();
      until_ = at + kFresh;
    }
    return addresses_;
  }

 private:
  static constexpr std::chrono::seconds kFresh{10};
  std::chrono::steady_clock::time_point until_{};
  std::vector<IpAddress> addresses_;
};

}  // namespace beckon::egress
