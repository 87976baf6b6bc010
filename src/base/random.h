// Randomness as a dependency, so that a simulation can be repeated from its seed.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace beckon {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::byte> bytes) = 0;

  std::uint64_t next();                    // 64 uniform bits
  double uniform(double from, double to);  // [from, to)
  std::string bytes(std::size_t count);
};

// SplitMix64 from a seed: for tests and the simulator, never for secrets. Confined to one thread.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::byte> bytes) override;

 private:
  std::uint64_t state_;
};

}  // namespace beckon
