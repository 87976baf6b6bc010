#include "access/jwt.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "system/encoding.h"

namespace beckon::access {
namespace {

constexpr std::size_t kLongestSubject = 255;   // OpenID Connect Core, section 2; an e-mail address has 254
constexpr double kLatest = 253'402'300'799.0;  // the end of the year 9999, in seconds

// Header members that would let a token choose its own key or change what a signature means.
struct Unwelcome {
  std::string_view name, why;
};
constexpr std::array kUnwelcome{
    Unwelcome{"jku", "its header names a key set by URL (jku)"},
    Unwelcome{"x5u", "its header names a certificate by URL (x5u)"},
    Unwelcome{"x5c", "its header contains a certificate (x5c)"},
    Unwelcome{"jwk", "its header contains a key (jwk)"},
    Unwelcome{"crit", "its header requires an unknown extension (crit)"},
    Unwelcome{"b64", "its payload is not encoded (b64)"},
    Unwelcome{"zip", "it is compressed (zip)"},
    Unwelcome{"enc", "it is encrypted (enc)"},
    Unwelcome{"cty", "it contains another token (cty)"},
};

unexpected<JwtFault> refused(std::string_view why) { return unexpected(JwtFault{.why = std::string(why)}); }

// The JSON object in one part of the token.
Result<json::Document, JwtFault> object_in(std::string_view part, std::string_view name) {
  auto bytes = from_base64url(part);
  if (!bytes) return refused(std::string(name) + " is not strict base64url without padding");
  auto document = json::parse(*std::move(bytes));
  if (!document || !document->root().is_object())
    return refused(std::string(name) + " is not a JSON object without duplicate keys");
  return *std::move(document);
}

Result<void, JwtFault> judge_type(const json::Value& header, std::span<const std::string_view> types) {
  const json::Value* type = header.find("typ");
  if (type == nullptr || (type->is_string() && std::ranges::find(types, type->text()) != types.end())) return {};
  return refused(std::ranges::find(types, "at+jwt") != types.end()
                     ? "its header says that it is not an access token (typ)"
                     : "its header says that it is a token of another kind (typ)");
}

Result<void, JwtFault> judge_header(const json::Value& header, std::span<const std::string_view> types) {
  for (const Unwelcome& unwelcome : kUnwelcome)
    if (header.find(unwelcome.name) != nullptr) return refused(unwelcome.why);
  const json::Value* algorithm = header.find("alg");
  if (algorithm == nullptr || !algorithm->is_string()) return refused("its header names no algorithm");
  for (const Algorithm ours : {Algorithm::kEs256, Algorithm::kRs256, Algorithm::kPs256})
    if (algorithm->text() == to_text(ours)) {
      const json::Value* kid = header.find("kid");
      if (kid == nullptr || !kid->is_string() || kid->text().empty() || kid->text().size() > kLongestKid)
        return refused("its header does not name the key that signed it (kid)");
      return judge_type(header, types);
    }
  return refused("its algorithm is not ES256, RS256 or PS256");
}

// A NumericDate of RFC 7519, to the millisecond.
std::optional<Instant> date_in(const json::Value* claim) {
  if (claim == nullptr || !claim->is_number() || claim->number() < 0 || claim->number() > kLatest) return std::nullopt;
  return instant_ms(static_cast<std::int64_t>(claim->number() * 1000.0));
}

bool is_exactly(const json::Value* claim, std::string_view text) {
  return claim != nullptr && claim->is_string() && claim->text() == text;
}

bool is_for(const json::Value& claims, const JwtRules& rules) {
  const json::Value *audience = claims.find("aud"), *party = claims.find("azp");
  const bool is_party = is_exactly(party, rules.audience);
  if (rules.may_share_audience && party != nullptr && !is_party) return false;
  if (audience == nullptr || !audience->is_array()) return is_exactly(audience, rules.audience);
  const auto names_it = [&](const json::Value& item) { return is_exactly(&item, rules.audience); };
  return std::ranges::any_of(audience->items(), names_it) &&
         (audience->items().size() == 1 || (rules.may_share_audience && is_party));
}

Result<void, JwtFault> judge_subject(const json::Value& claims, const JwtRules& rules, Jwt& jwt) {
  const json::Value* subject = claims.find("sub");
  if (subject == nullptr && !rules.needs_subject) return {};
  if (subject == nullptr || !subject->is_string() || subject->text().empty() ||
      subject->text().size() > kLongestSubject)
    return refused("it has no subject (sub)");
  jwt.subject = subject->text();
  return {};
}

Result<void, JwtFault> judge_time(const json::Value& claims, Jwt& jwt, Instant now) {
  const auto issued_at = date_in(claims.find("iat")), expires_at = date_in(claims.find("exp"));
  if (!expires_at) return refused("it has no expiry time (exp)");
  if (!issued_at) return refused("it has no time of issue (iat)");
  if (*expires_at <= *issued_at) return refused("it expires before it was issued");
  if (*expires_at - *issued_at > kLongestLife) return refused("it is valid for more than 24 hours");
  if (*issued_at > now + kLeeway) return refused("it was issued in the future; check the clocks");
  if (const json::Value* claim = claims.find("nbf")) {
    const auto not_before = date_in(claim);
    if (!not_before) return refused("its nbf is not a date");
    if (*not_before > now + kLeeway) return refused("it is not valid yet (nbf)");
  }
  if (is_expired(*expires_at, now))
    return unexpected(JwtFault{.why = "it expired at " + to_rfc3339(*expires_at), .expired = expires_at});
  jwt.issued_at = *issued_at;
  jwt.expires_at = *expires_at;
  return {};
}

}  // namespace

Result<UnverifiedJwt, JwtFault> parse_jwt(std::string_view compact, std::span<const std::string_view> types) {
  if (compact.size() > kLargestToken) return refused("it is larger than 8 KiB");
  const std::size_t first = compact.find('.');
  const std::size_t second = first == std::string_view::npos ? first : compact.find('.', first + 1);
  if (second == std::string_view::npos || compact.find('.', second + 1) != std::string_view::npos)
    return refused("it does not consist of three parts separated by dots");
  const std::string_view signature = compact.substr(second + 1);
  if (signature.empty()) return refused("it is not signed");
  if (!from_base64url(signature)) return refused("its signature is not strict base64url without padding");

  const auto header = object_in(compact.substr(0, first), "its header");
  if (!header) return unexpected(header.error());
  if (const auto judged = judge_header(header->root(), types); !judged) return unexpected(judged.error());
  auto claims = object_in(compact.substr(first + 1, second - first - 1), "its payload");
  if (!claims) return unexpected(claims.error());
  const json::Value* type = header->root().find("typ");
  return UnverifiedJwt{.compact = std::string(compact),
                       .algorithm = std::string(header->root().find("alg")->text()),
                       .type = type == nullptr ? "" : std::string(type->text()),
                       .kid = std::string(header->root().find("kid")->text()),
                       .claims = *std::move(claims)};
}

Result<Jwt, JwtFault> check_jwt(UnverifiedJwt token, const PublicKey& key, const JwtRules& rules, Instant now) {
  CHECK(key.kid() == token.kid);
  if (token.algorithm != to_text(key.algorithm())) return refused("its algorithm does not match its key");
  if (!key.verifies(token.compact)) return refused("its signature is invalid");

  const json::Value& claims = token.claims.root();
  if (!is_exactly(claims.find("iss"), rules.issuer)) return refused("it comes from another issuer (iss)");
  if (!is_for(claims, rules)) return refused("it is for another audience (aud)");
  Jwt jwt{.kid = std::move(token.kid), .claims = std::move(token.claims)};
  if (const auto judged = judge_subject(jwt.claims.root(), rules, jwt); !judged) return unexpected(judged.error());
  if (const auto judged = judge_time(jwt.claims.root(), jwt, now); !judged) return unexpected(judged.error());
  return jwt;
}

Result<UnverifiedJwt> read_jwt(std::string_view compact) {
  auto token = parse_jwt(compact);
  if (!token) return unexpected(to_fault(token.error()));
  return *std::move(token);
}

Result<Jwt> verify_jwt(UnverifiedJwt token, const PublicKey& key, const JwtRules& rules, Instant now) {
  auto jwt = check_jwt(std::move(token), key, rules, now);
  if (!jwt) return unexpected(to_fault(jwt.error()));
  return *std::move(jwt);
}

Fault to_fault(const JwtFault& fault) {
  return fault.expired ? token_expired(*fault.expired) : invalid_token(fault.why);
}

bool is_expired(Instant expires_at, Instant now) { return now >= expires_at + kLeeway; }

Fault missing_bearer_token() {
  return {.code = FaultCode::kMissingBearerToken,
          .message =
              "Send a token in the header `Authorization: Bearer <token>`; log in or run `beckon token` to get one."};
}

Fault invalid_token(std::string_view why) {
  return {.code = FaultCode::kInvalidToken,
          .message =
              "The token is invalid: " + std::string(why) + ". Log in again or run `beckon token` to get a new one."};
}

Fault token_expired(Instant expires_at) {
  return {.code = FaultCode::kTokenExpired,
          .message = "The token expired at " + to_rfc3339(expires_at) +
                     ". Log in again or run `beckon token` to get a new one."};
}

Fault invalid_credentials(std::string message) {
  return {.code = FaultCode::kInvalidCredentials, .message = std::move(message)};
}

}  // namespace beckon::access
