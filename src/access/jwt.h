// Parsing and verifying a compact JWT: safety.md section 2, RFC 8725.
//
// Two steps: read_jwt checks the form and trusts nothing; verify_jwt checks signature, issuer, audience and time.
// Pure and thread-safe. Faults are kInvalidToken and kTokenExpired; they never contain any part of the token.
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
  std::string audience;  // `aud`, exactly: this text, or an array of only this text
};

// A well-formed token. Nothing in it is trusted yet.
struct UnverifiedJwt {
  std::string compact;
  std::string algorithm;  // as the header claims
  std::string kid;
  json::Document claims;  // an object
};

// A token that is signed by the key of its kid, for this server, and currently valid.
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
Fault invalid_credentials(std::string message);  // for a caller without a token

}  // namespace beckon::access
