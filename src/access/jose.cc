#include "access/jose.h"

#include <bit>

#include "access/jose_native.h"
#include "base/check.h"

namespace beckon::access {
namespace {

bool is_public_for_verifying(const json::Value& jwk) {
  for (const char* secret : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
    if (jwk.find(secret) != nullptr) return false;
  if (jwk.find("use") != nullptr && jwk.text_of("use") != "sig") return false;
  const json::Value* operations = jwk.find("key_ops");
  if (operations == nullptr) return true;
  for (const json::Value& operation : operations->items())
    if (operation.is_string() && operation.text() == "verify") return true;
  return false;
}

// Bits of a valid RSA modulus, without leading zero bytes; 0 if it is invalid.
std::size_t modulus_bits(std::string_view n) {
  if (n.empty() || n.front() == '\0' || (n.back() & 1) == 0) return 0;
  return n.size() * 8 - static_cast<std::size_t>(std::countl_zero(static_cast<unsigned char>(n.front())));
}

// An odd exponent from 3 to 2^32-1, without leading zero bytes; RFC 8017 section 3.1 and OpenSSL's own bound on cost.
bool is_exponent(std::string_view e) {
  return !e.empty() && e.size() <= 4 && e.front() != '\0' && (e.back() & 1) == 1 && e != std::string_view("\x01", 1);
}

}  // namespace

std::string_view to_text(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kEs256: return "ES256";
    case Algorithm::kRs256: return "RS256";
    case Algorithm::kPs256: return "PS256";
  }
  CHECK(false);
  return {};
}

PublicKey::PublicKey(std::string kid, Algorithm algorithm, const std::string& members, std::size_t signature_size,
                     std::shared_ptr<const Native> native)
    : kid_(std::move(kid)), algorithm_(algorithm), signature_size_(signature_size), native_(std::move(native)) {
  jwk_ = "{" + members + "," + member_text("kid", kid_) + "," + member_text("alg", to_text(algorithm)) +
         R"(,"use":"sig"})";
}

std::optional<PublicKey> PublicKey::from_jwk(const json::Value& jwk, Algorithm rsa_algorithm) {
  CHECK(rsa_algorithm != Algorithm::kEs256);
  const std::string_view kid = jwk.text_of("kid"), type = jwk.text_of("kty");
  if (kid.empty() || kid.size() > kLongestKid || !is_public_for_verifying(jwk)) return std::nullopt;
  const bool names_algorithm = jwk.find("alg") != nullptr;
  const std::string_view named = jwk.text_of("alg");

  Algorithm algorithm = Algorithm::kEs256;
  std::string members;
  std::size_t signature_size = 2 * kCoordinate;
  if (type == "EC") {
    if (jwk.text_of("crv") != "P-256" || (names_algorithm && named != "ES256")) return std::nullopt;
    if (bytes_of_member(jwk, "x").size() != kCoordinate || bytes_of_member(jwk, "y").size() != kCoordinate)
      return std::nullopt;
    members =
        R"("kty":"EC","crv":"P-256",)" + member_text("x", jwk.text_of("x")) + "," + member_text("y", jwk.text_of("y"));
  } else if (type == "RSA") {
    algorithm = !names_algorithm ? rsa_algorithm : named == "PS256" ? Algorithm::kPs256 : Algorithm::kRs256;
    if (names_algorithm && named != to_text(algorithm)) return std::nullopt;
    const std::size_t bits = modulus_bits(bytes_of_member(jwk, "n"));
    if (bits < kLeastRsaBits || bits > kMostRsaBits || !is_exponent(bytes_of_member(jwk, "e"))) return std::nullopt;
    signature_size = (bits + 7) / 8;
    members = R"("kty":"RSA",)" + member_text("n", jwk.text_of("n")) + "," + member_text("e", jwk.text_of("e"));
  } else {
    return std::nullopt;
  }

  // Only the members checked above reach the library; it is what checks that a point is on the curve.
  const std::string judged = "{" + members + "}";
  cjose_err error;
  cjose_jwk_t* native = cjose_jwk_import(judged.data(), judged.size(), &error);
  if (native == nullptr) return std::nullopt;
  return PublicKey(std::string(kid), algorithm, members, signature_size, std::make_shared<Native>(native));
}

bool PublicKey::verifies(const std::string& compact) const {
  const std::size_t last_dot = compact.rfind('.');
  if (last_dot == std::string::npos) return false;
  const auto signature = from_base64url(std::string_view(compact).substr(last_dot + 1));
  if (!signature || signature->size() != signature_size_) return false;
  cjose_err error;
  const Jws jws(cjose_jws_import(compact.data(), compact.size(), &error));
  if (!jws) return false;
  // The library takes the algorithm from the header: require the key's own here too, whoever calls.
  const char* named = cjose_header_get(cjose_jws_get_protected(jws.get()), CJOSE_HDR_ALG, &error);
  return named != nullptr && named == to_text(algorithm_) && cjose_jws_verify(jws.get(), native_->key, &error);
}

}  // namespace beckon::access
