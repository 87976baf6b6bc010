// The token verifier: a token is rejected if OpenSSL alone finds its signature invalid, or if its claims are not as
// required. Also the parser of key sets.
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "access/jwt.h"
#include "access/key_set.h"
#include "base/check.h"
#include "input.h"
#include "system/encoding.h"

namespace beckon::access {
namespace {

constexpr std::int64_t kNow = 1'772'020'800;  // 2026-02-25T12:00:00Z
const JwtRules kRules{.issuer = "beckon", .audience = "beckon"};

// A key made only for this program. It opens nothing.
constexpr std::string_view kPair =
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgFJdY8VWLgGad6By6cGPRtFGc2HzVa8B7aPFKK6Mr6jyhRANCAAR2"
    "5ytcUno5KUuDUxEBOvj1sFHGyDBa7cNWFg4aDr9q9XHcBJ8x2ig/SgqYKUgKY+uDpfexVmCKDUYAwr17iJ9v";
constexpr std::string_view kPublic =
    R"({"kty":"EC","crv":"P-256","kid":"k1","x":"ducrXFJ6OSlLg1MRATr49bBRxsgwWu3DVhYOGg6_avU","y":"cdwEnzHaKD9KCpgpSApj64Ol97FWYIoNRgDCvXuIn28"})";
// Its private key was thrown away.
constexpr std::string_view kRsa =
    R"({"kty":"RSA","kid":"k2","e":"AQAB","n":")"
    "qkVpfEMC4aLiAEVNaqQJhW6N-8V94f1d5uhu4QqICQ0sGNILnC7nrhd8SipXM97u1u-g0HbheDB-pXw0ag5VmYLRxdOWs0bsqGE2LP11u8NJXPQ5"
    "8Fy6jzhYjGuMLRoHGsx6t0iyJL9DcnHwBgZT0AAfc0HE2K7y8c4SGF6GiQvEscPdgsHdA2W14zg1CRBY6r0uh8nZzSNct-2T14G1Wvmn9L2zhS9g6"
    "Y1HMySlaIEJArUyYkOo9fLFRo-f834vZHeeRRuOGHAZThkAcprVoBm3RvRx20L4zTyJWhqCb_o3PylnJp7qPeVDv0OEZikUXBjzssCKz-gVEiRHQ"
    R"(dIlvQ"})";

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

PublicKey public_key(std::string_view jwk) {
  const auto document = json::parse(std::string(jwk));
  CHECK(document.has_value());
  auto key = PublicKey::from_jwk(document->root());
  CHECK(key.has_value());
  return *std::move(key);
}

EVP_PKEY* pair() {
  static EVP_PKEY* const kKey = [] {
    const std::string der = from_base64(kPair).value();
    const unsigned char* at = bytes_of(der);
    EVP_PKEY* key = d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size()));
    CHECK(key != nullptr);
    return key;
  }();
  return kKey;
}

using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using Signature = std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)>;

std::string token(std::string_view header, std::string_view payload, std::string_view signature) {
  return to_base64url(header) + "." + to_base64url(payload) + "." + to_base64url(signature);
}

std::string signed_token(std::string_view header, std::string_view payload) {
  const std::string text = to_base64url(header) + "." + to_base64url(payload);
  const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  std::array<unsigned char, 80> der;
  std::size_t size = der.size();
  CHECK(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, pair()) == 1);
  CHECK(EVP_DigestSign(context.get(), der.data(), &size, bytes_of(text), text.size()) == 1);
  const unsigned char* at = der.data();
  const Signature pair(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)), &ECDSA_SIG_free);
  std::array<unsigned char, 64> raw;
  CHECK(BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), raw.data(), 32) == 32);
  CHECK(BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), raw.data() + 32, 32) == 32);
  return text + "." + to_base64url({reinterpret_cast<const char*>(raw.data()), raw.size()});
}

// With OpenSSL alone, from the bytes of the token.
bool is_signed(std::string_view compact) {
  const auto last = compact.rfind('.');
  const auto raw = from_base64url(compact.substr(last + 1));
  if (!raw || raw->size() != 64) return false;
  const Signature numbers(ECDSA_SIG_new(), &ECDSA_SIG_free);
  CHECK(ECDSA_SIG_set0(numbers.get(), BN_bin2bn(bytes_of(*raw), 32, nullptr),
                       BN_bin2bn(bytes_of(*raw) + 32, 32, nullptr)) == 1);
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(numbers.get(), &der);
  CHECK(size > 0);
  const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  CHECK(EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, pair()) == 1);
  const int good = EVP_DigestVerify(context.get(), der, static_cast<std::size_t>(size), bytes_of(compact), last);
  OPENSSL_free(der);
  return good == 1;
}

bool says(const json::Value* value, std::string_view text) {
  return value != nullptr && value->is_string() && value->text() == text;
}

void check_believed(const std::string& compact, const Jwt& jwt) {
  CHECK(compact.size() <= kLargestToken && is_signed(compact));
  const auto header = json::parse(from_base64url(compact.substr(0, compact.find('.'))).value());
  CHECK(header && says(header->root().find("alg"), "ES256") && says(header->root().find("kid"), "k1"));
  for (const char* name : {"jku", "x5u", "x5c", "jwk", "crit", "b64", "zip", "enc", "cty"})
    CHECK(header->root().find(name) == nullptr);
  const json::Value& claims = jwt.claims.root();
  const json::Value* audience = claims.find("aud");
  CHECK(says(claims.find("iss"), "beckon"));
  CHECK(says(audience, "beckon") || (audience->items().size() == 1 && says(&audience->items()[0], "beckon")));
  CHECK(!jwt.subject.empty() && jwt.subject.size() <= 254 && says(claims.find("sub"), jwt.subject));
  const double issued = claims.find("iat")->number(), expires = claims.find("exp")->number();
  CHECK(issued <= kNow + 60 && expires > kNow - 60.001 && expires - issued <= 86'400.001 && expires > issued - 0.001);
  if (const json::Value* from = claims.find("nbf")) CHECK(from->number() <= kNow + 60.001);
}

void check_token(const std::string& compact, const PublicKey& ec, const PublicKey& rsa) {
  auto read = read_jwt(compact);
  if (!read) {
    CHECK(read.error().code == FaultCode::kInvalidToken);
    return;
  }
  if (read->kid != ec.kid() && read->kid != rsa.kid()) return;
  const bool by_rsa = read->kid == rsa.kid();
  const auto jwt = verify_jwt(*std::move(read), by_rsa ? rsa : ec, kRules, instant_ms(kNow * 1000));
  if (!jwt) return;
  CHECK(!by_rsa && "nobody can sign with this key");
  check_believed(compact, *jwt);
}

void check_keys(const std::string& text) {
  const auto keys = parse_jwks(text);
  if (!keys) return;
  CHECK(keys->size() >= 1 && keys->size() <= kMostKeys);
  const auto again = parse_jwks(keys->jwks());
  CHECK(again && again->jwks() == keys->jwks());
  for (const char* name : {"\"d\":", "\"k\":", "\"p\":"}) CHECK(keys->jwks().find(name) == std::string::npos);
}

}  // namespace
}  // namespace beckon::access

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace beckon::access;
  static const PublicKey ec = public_key(kPublic), rsa = public_key(kRsa);
  beckon::fuzz::Input input(data, size);
  const auto way = input.below(8);
  const std::string text(input.rest());
  const auto line = [rest = std::string_view(text)]() mutable {
    const auto end = rest.find('\n');
    const std::string_view taken = rest.substr(0, end);
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    return taken;
  };
  auto next = line;
  const std::string_view header = next(), payload = next();
  const std::string_view behind =
      std::string_view(text).substr(std::min(text.size(), header.size() + payload.size() + 2));
  switch (way) {
    case 0: check_keys(text); break;
    case 1: check_token(signed_token(header, payload), ec, rsa); break;  // expensive, so one in eight
    case 2:
    case 3: check_token(token(header, payload, behind), ec, rsa); break;
    default: check_token(text, ec, rsa);
  }
  return 0;
}
