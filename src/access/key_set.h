// The keys of one issuer, by `kid`, and parsing of a JWKS (RFC 7517, section 5).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "access/jose.h"
#include "base/result.h"

namespace beckon::access {

inline constexpr std::size_t kLargestJwks = 64 * 1024;  // bytes; safety.md section 2
inline constexpr std::size_t kMostKeys = 32;            // members of "keys", usable or not

// Immutable, cheap to move, thread-safe. ES256, RS256 and PS256 keys may be mixed.
class KeySet {
 public:
  KeySet() = default;
  explicit KeySet(std::vector<PublicKey> keys);  // the kids differ

  const PublicKey* find(std::string_view kid) const;  // null if there is none; valid as long as the set
  std::size_t size() const { return keys_.size(); }
  std::string jwks() const;  // {"keys":[…]} in order

 private:
  std::vector<PublicKey> keys_;
};

// Keys that may not verify a token (see PublicKey::from_jwk) are skipped, as the RFC asks: providers also publish
// keys for other uses. Fault kInvalidPayload, with what to correct: too large, not strict JSON, no array "keys", more
// than kMostKeys, a member that is not an object, a duplicate kid, or no usable key.
Result<KeySet> parse_jwks(std::string text, Algorithm rsa_algorithm = Algorithm::kRs256);

}  // namespace beckon::access
