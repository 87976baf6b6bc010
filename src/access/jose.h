// Keys and compact signatures (RFC 7515, 7517, 7518) over cjose, which stays in jose_native.h.
//
// A key has exactly one algorithm; the header of a token never chooses it (RFC 8725, section 3.1). There are no
// symmetric keys, so that a public key can never be used as an HMAC secret.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace beckon::access {

enum class Algorithm : std::uint8_t { kEs256, kRs256, kPs256 };
std::string_view to_text(Algorithm algorithm);  // "ES256", "RS256", "PS256"

inline constexpr std::size_t kLeastRsaBits = 2'048;  // safety.md section 2
inline constexpr std::size_t kMostRsaBits = 8'192;   // a larger one only costs time
inline constexpr std::size_t kLongestKid = 256;      // bytes; those of this server have 43

// The public half of a key. Immutable, cheap to copy, thread-safe.
class PublicKey {
 public:
  // From a JWK. std::nullopt if the key may not verify tokens: no `kid`, another type or curve, an unsupported
  // algorithm, a point off the curve, an RSA modulus outside the bounds, `use` other than "sig", `key_ops` without
  // "verify", or a private or symmetric member, because such a key is no longer secret. An RSA key without an algorithm
  // gets `rsa_algorithm`: the default of OpenID Connect is RS256.
  static std::optional<PublicKey> from_jwk(const json::Value& jwk, Algorithm rsa_algorithm = Algorithm::kRs256);

  const std::string& kid() const { return kid_; }
  Algorithm algorithm() const { return algorithm_; }
  const std::string& jwk() const { return jwk_; }  // a JSON object: kty, the public members, kid, alg, use

  // Whether `compact` (three parts of strict base64url, a header whose alg is this key's) was signed with this key.
  bool verifies(const std::string& compact) const;

 private:
  friend class Es256Key;
  struct Native;
  PublicKey(std::string kid, Algorithm algorithm, const std::string& members, std::size_t signature_size,
            std::shared_ptr<const Native> native);

  std::string kid_;
  Algorithm algorithm_;
  std::string jwk_;
  std::size_t signature_size_;  // bytes; any other length is refused
  std::shared_ptr<const Native> native_;
};

// A pair of ES256 keys. Its `kid` is its RFC 7638 thumbprint. Immutable, cheap to copy, thread-safe.
class Es256Key {
 public:
  static Es256Key make();  // from OpenSSL's generator
  static std::optional<Es256Key> from_private_jwk(std::string_view jwk);

  const std::string& kid() const { return public_key_.kid(); }
  const PublicKey& public_key() const { return public_key_; }
  std::string private_jwk() const;  // a secret: seal it, wipe it, never log it

  // The compact JWS {"alg":"ES256","kid":…,"typ":"JWT"} of the payload.
  std::string sign(std::string_view payload) const;

 private:
  Es256Key(PublicKey public_key, std::shared_ptr<const PublicKey::Native> native);

  PublicKey public_key_;
  std::shared_ptr<const PublicKey::Native> native_;
};

}  // namespace beckon::access
