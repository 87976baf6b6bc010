// A cache of tokens whose signature was verified, because verifying ES256 takes 70 µs and a lookup here 0.6 µs
// (benchmarks/access_cost).
//
// Keyed by the SHA-256 of the token, so that no token can be read from it. Bounded: beyond `most` the oldest
// entry is dropped. Only verified tokens are added, so a stranger cannot fill it. Thread-safe.
#pragma once
#include <cstring>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "access/issuer.h"

namespace beckon::access {

class VerifiedTokens {
 public:
  explicit VerifiedTokens(std::size_t most) : most_(most) {}  // entries, about 400 bytes each

  // `digest` is the SHA-256 of the token, 32 bytes. The caller still checks the time and whether the key is trusted.
  std::optional<Identity> find(std::string_view digest) const;
  void add(std::string digest, Identity identity);
  void forget(std::string_view digest);
  std::size_t size() const;

 private:
  struct Hash {  // a digest is already uniform
    using is_transparent = void;
    std::size_t operator()(std::string_view digest) const noexcept {
      std::size_t bits = 0;
      std::memcpy(&bits, digest.data(), sizeof bits);
      return bits;
    }
  };

  const std::size_t most_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Identity, Hash, std::equal_to<>> identities_;
  std::deque<std::string> order_;  // by time of insertion; may name dropped ones
};

}  // namespace beckon::access
