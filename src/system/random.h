#pragma once
#include "base/random.h"

namespace beckon {

// libsodium's generator. Thread-safe.
class SystemRandom final : public Random {
 public:
  SystemRandom();
  void fill(std::span<std::byte> bytes) override;
};

}  // namespace beckon
