// The rules by which a compact JWT is read and believed: safety.md section 2, RFC 8725.
//
// Two steps: read_jwt judges the form and believes nothing; verify_jwt judges signature, issuer, audience and time.
// Pure and thread-safe. Faults are kInvalidToken and kTokenExpired; they never contain a part of the token.
#pragma once
#include <string>
#include <string_view>

#include "access/jose.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/result.h"

namespace beckon::access {

inline constexpr std::size_t kLargestToken = 8 * 1024;            // bytes
inline constexpr Duration kLeeway = std::chrono::seconds{60};     // on exp, nbf and iat: clocks of two machines
inline constexpr Duration kLongestLife = std::chrono::hours{24};  // from iat to exp

struct JwtRules {
  std::string issuer;    // `iss`, exactly
  std::string audience;  // `aud`, exactly: this text, or an array of this text alone
};

// A token in the right form. Nothing in it is believed yet.
struct UnverifiedJwt {
  std::string compact;
  std::string algorithm;  // as the header claims
  std::string kid;
  json::Document claims;  // an object
};

// A token that was signed by the key of its kid, for us, and is in time.
struct Jwt {
  std::string kid;
  std::string subject;  // not empty, at most 254 bytes
  Instant issued_at{};
  Instant expires_at{};
  json::Document claims;
};

// Refuses: more than 8 KiB; anything but three parts of strict base64url without padding (so JSON serialisation,
// several signatures, encrypted tokens); a header or payload that is not a JSON object by our strict parser (so
// duplicate members and nested tokens); alg missing, `none` or HMAC; no kid; jku, x5u, x5c, jwk, crit, b64, zip, enc,
// cty in the header; a typ other than JWT and at+jwt.
Result<UnverifiedJwt> read_jwt(std::string_view compact);

// Refuses: an algorithm that is not the key's; a signature that does not verify; iss or aud other than the rules'; iat,
// exp or sub missing or malformed; a life above 24 h; iat or nbf more than the leeway ahead; exp more than the leeway
// ago. Precondition: key.kid() == token.kid.
Result<Jwt> verify_jwt(UnverifiedJwt token, const PublicKey& key, const JwtRules& rules, Instant now);

bool is_expired(Instant expires_at, Instant now);  // from expires_at + leeway on

Fault missing_bearer_token();
Fault invalid_token(std::string_view why);
Fault token_expired(Instant expires_at);
Fault invalid_credentials(std::string message);  // of who has no token yet

}  // namespace beckon::access
