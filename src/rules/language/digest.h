// A 64-bit digest of texts and numbers, the same on every machine and after every restart; etags are made from it. Not
// keyed, so do not use it where an attacker could gain from a collision.
#pragma once
#include <cstdint>
#include <string_view>

namespace beckon::rules {

class Digest {
 public:
  Digest& add(std::uint64_t number) {
    // SplitMix64's finalizer over the running state: prng.di.unimi.it/splitmix64.c
    state_ = (state_ ^ number) + 0x9e3779b97f4a7c15u;
    state_ = (state_ ^ state_ >> 30) * 0xbf58476d1ce4e5b9u;
    state_ = (state_ ^ state_ >> 27) * 0x94d049bb133111ebu;
    state_ ^= state_ >> 31;
    return *this;
  }
  Digest& add(std::string_view text) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      word = word << 8 | static_cast<unsigned char>(text[i]);
      if (i % 8 == 7) add(word), word = 0;
    }
    return add(word).add(text.size());
  }
  std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_ = 0;
};

}  // namespace beckon::rules
