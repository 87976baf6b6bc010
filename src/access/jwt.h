// Parsing and verifying a compact JWT: safety.md section 2, RFC 8725.
//
// Two steps: parse_jwt checks the form and trusts nothing; check_jwt checks signature, issuer, audience and time.
// read_jwt and verify_jwt are the same for bearer tokens. Pure and thread-safe. Messages about a refused token never
// contain any part of it.
#pragma once
#include <optional>
#include <span>
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
  // For an ID token (OpenID Connect Core, section 3.1.3.7): `aud` may name others too if `azp` is the audience; `azp`
  // must never be another.
  bool may_share_audience = false;
  bool needs_subject = true;  // otherwise `sub` may be absent
};

// A well-formed token. Nothing in it is trusted yet.
struct UnverifiedJwt {
  std::string compact;
  std::string algorithm;  // as the header claims
  std::string type;       // `typ`, as the header claims; empty if absent
  std::string kid;
  json::Document claims;  // an object
};

// A token that is signed by the key of its kid, for this server, and currently valid.
struct Jwt {
  std::string kid;
  std::string subject;  // at most 255 bytes; not empty if the rules need one
  Instant issued_at{};
  Instant expires_at{};
  json::Document claims;
};

// Why a token is refused.
struct JwtFault {
  std::string why;                 // a predicate about the token: "it has no subject (sub)"
  std::optional<Instant> expired;  // if it has expired: when
};

// The `typ` values accepted for bearer tokens; it may also be absent.
inline constexpr std::string_view kBearerTypes[] = {"JWT", "at+jwt"};

// Refuses: more than 8 KiB; anything but three parts of strict base64url without padding (so JSON serialisation,
// several signatures, encrypted tokens); a header or payload that is not a JSON object by our strict parser (so
// duplicate members and nested tokens); alg missing, `none` or HMAC; no kid; jku, x5u, x5c, jwk, crit, b64, zip, enc,
// cty in the header; a typ other than `types`.
Result<UnverifiedJwt, JwtFault> parse_jwt(std::string_view compact,
                                          std::span<const std::string_view> types = kBearerTypes);

// Refuses: an algorithm that is not the key's; a signature that does not verify; iss or aud other than the rules'; iat,
// exp or sub missing or malformed; a life above 24 h; iat or nbf more than the leeway ahead; exp more than the leeway
// ago. Precondition: key.kid() == token.kid.
Result<Jwt, JwtFault> check_jwt(UnverifiedJwt token, const PublicKey& key, const JwtRules& rules, Instant now);

// The same, with the faults kInvalidToken and kTokenExpired.
Result<UnverifiedJwt> read_jwt(std::string_view compact);
Result<Jwt> verify_jwt(UnverifiedJwt token, const PublicKey& key, const JwtRules& rules, Instant now);

Fault to_fault(const JwtFault& fault);  // of a bearer

bool is_expired(Instant expires_at, Instant now);  // from expires_at + leeway on

Fault missing_bearer_token();
Fault invalid_token(std::string_view why);
Fault token_expired(Instant expires_at);
Fault invalid_credentials(std::string message);  // for a caller without a token

}  // namespace beckon::access
