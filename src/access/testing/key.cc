#include "access/testing/key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "base/check.h"
#include "system/encoding.h"

namespace beckon::access {
namespace {

unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string raw_from_der(const std::string& der) {
  const unsigned char* at = bytes_of(der);
  ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
  CHECK(pair != nullptr);
  std::string raw(64, '\0');
  CHECK(BN_bn2binpad(ECDSA_SIG_get0_r(pair), bytes_of(raw), 32) == 32);
  CHECK(BN_bn2binpad(ECDSA_SIG_get0_s(pair), bytes_of(raw) + 32, 32) == 32);
  ECDSA_SIG_free(pair);
  return raw;
}

}  // namespace

TestKey::TestKey(std::string kid, EVP_PKEY* key) : kid_(std::move(kid)), key_(key, EVP_PKEY_free) { CHECK(key); }
TestKey TestKey::ec(std::string kid, const char* curve) { return TestKey(std::move(kid), EVP_EC_gen(curve)); }
TestKey TestKey::rsa(std::string kid, unsigned bits) {
  return TestKey(std::move(kid), EVP_RSA_gen(static_cast<std::size_t>(bits)));
}

std::string TestKey::number(const char* name, int size) const {
  BIGNUM* number = nullptr;
  CHECK(EVP_PKEY_get_bn_param(key_.get(), name, &number) == 1);
  if (size == 0) size = BN_num_bytes(number);
  std::string bytes(static_cast<std::size_t>(size), '\0');
  CHECK(BN_bn2binpad(number, bytes_of(bytes), size) == size);
  BN_free(number);
  return to_base64url(bytes);
}

std::string TestKey::jwk(std::string_view more) const {
  std::string out = "{\"kid\":" + json::quote(kid_);
  if (EVP_PKEY_is_a(key_.get(), "RSA"))
    out += R"(,"kty":"RSA","n":")" + number(OSSL_PKEY_PARAM_RSA_N, 0) + R"(","e":")" +
           number(OSSL_PKEY_PARAM_RSA_E, 0) + "\"";
  else
    out += R"(,"kty":"EC","crv":"P-256","x":")" + number(OSSL_PKEY_PARAM_EC_PUB_X, 32) + R"(","y":")" +
           number(OSSL_PKEY_PARAM_EC_PUB_Y, 32) + "\"";
  if (!more.empty()) out.append(",").append(more);
  return out += "}";
}

PublicKey TestKey::public_key(std::string_view more) const {
  auto key = PublicKey::from_jwk(document_of(jwk(more)).root());
  CHECK(key.has_value());
  return *std::move(key);
}

std::string TestKey::signature(std::string_view text, Algorithm algorithm) const {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_PKEY_CTX* key_context = nullptr;
  CHECK(EVP_DigestSignInit(context, &key_context, EVP_sha256(), nullptr, key_.get()) == 1);
  if (algorithm == Algorithm::kPs256) {
    CHECK(EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING) == 1);
    CHECK(EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, RSA_PSS_SALTLEN_DIGEST) == 1);
  }
  std::size_t size = 0;
  CHECK(EVP_DigestSign(context, nullptr, &size, bytes_of(text), text.size()) == 1);
  std::string out(size, '\0');
  CHECK(EVP_DigestSign(context, bytes_of(out), &size, bytes_of(text), text.size()) == 1);
  out.resize(size);
  EVP_MD_CTX_free(context);
  return algorithm == Algorithm::kEs256 ? raw_from_der(out) : out;
}

std::string TestKey::token(std::string_view header, std::string_view payload, Algorithm algorithm) const {
  const std::string signed_text = to_base64url(header) + "." + to_base64url(payload);
  return signed_text + "." + to_base64url(signature(signed_text, algorithm));
}

json::Document document_of(std::string text) {
  auto document = json::parse(std::move(text));
  CHECK(document.has_value());
  return *std::move(document);
}

}  // namespace beckon::access
