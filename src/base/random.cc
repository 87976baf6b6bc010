#include "base/random.h"

#include <cstring>

namespace beckon {

std::uint64_t Random::next() {
  std::uint64_t bits = 0;
  fill(std::as_writable_bytes(std::span{&bits, 1}));
  return bits;
}

double Random::uniform(double from, double to) {
  return from + (to - from) * (static_cast<double>(next() >> 11) * 0x1.0p-53);
}

std::string Random::bytes(std::size_t count) {
  std::string made(count, '\0');
  fill(std::as_writable_bytes(std::span{made}));
  return made;
}

// SplitMix64, Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
void SeededRandom::fill(std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    z ^= z >> 31;
    const std::size_t size = bytes.size() < sizeof z ? bytes.size() : sizeof z;
    std::memcpy(bytes.data(), &z, size);
    bytes = bytes.subspan(size);
  }
}

}  // namespace beckon
