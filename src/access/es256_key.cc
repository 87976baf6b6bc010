#include <openssl/crypto.h>

#include <cstdlib>
#include <cstring>

#include "access/jose_native.h"
#include "base/check.h"

namespace beckon::access {
namespace {

struct ReleaseHeader {
  void operator()(cjose_header_t* header) const { cjose_header_release(header); }
};
using Header = std::unique_ptr<cjose_header_t, ReleaseHeader>;

std::string thumbprint(std::string_view x, std::string_view y) {  // RFC 7638: members in this order, no white space
  return to_base64url(sha256(R"({"crv":"P-256","kty":"EC",)" + member_text("x", x) + "," + member_text("y", y) + "}"));
}

}  // namespace

Es256Key::Es256Key(PublicKey public_key, std::shared_ptr<const PublicKey::Native> native)
    : public_key_(std::move(public_key)), native_(std::move(native)) {}

Es256Key Es256Key::make() {
  cjose_err error;
  const PublicKey::Native made(cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, &error));
  CHECK(made.key != nullptr);
  char* text = cjose_jwk_to_json(made.key, true, &error);
  CHECK(text != nullptr);
  auto key = from_private_jwk(text);
  OPENSSL_cleanse(text, std::strlen(text));
  std::free(text);
  CHECK(key.has_value());
  return *std::move(key);
}

std::optional<Es256Key> Es256Key::from_private_jwk(std::string_view jwk) {
  std::string copy(jwk);
  const auto document = json::parse(std::move(copy));
  if (!document) return std::nullopt;
  const json::Value& root = document->root();
  if (bytes_of_member(root, "d").size() != kCoordinate) return std::nullopt;
  const std::string_view x = root.text_of("x"), y = root.text_of("y");
  const std::string public_jwk = R"({"kty":"EC","crv":"P-256",)" + member_text("x", x) + "," + member_text("y", y) +
                                 "," + member_text("kid", thumbprint(x, y)) + "}";
  const auto public_document = json::parse(public_jwk);
  auto public_key = public_document ? PublicKey::from_jwk(public_document->root()) : std::nullopt;
  if (!public_key) return std::nullopt;
  cjose_err error;
  cjose_jwk_t* native = cjose_jwk_import(jwk.data(), jwk.size(), &error);
  if (native == nullptr) return std::nullopt;
  Es256Key key(*std::move(public_key), std::make_shared<PublicKey::Native>(native));
  // A private half that does not match the public one would make tokens that nobody can verify.
  return key.public_key().verifies(key.sign("{}")) ? std::optional(std::move(key)) : std::nullopt;
}

std::string Es256Key::private_jwk() const {
  cjose_err error;
  char* text = cjose_jwk_to_json(native_->key, true, &error);
  CHECK(text != nullptr);
  std::string jwk(text);
  OPENSSL_cleanse(text, jwk.size());
  std::free(text);
  return jwk;
}

std::string Es256Key::sign(std::string_view payload) const {
  cjose_err error;
  const Header header(cjose_header_new(&error));
  CHECK(header && cjose_header_set(header.get(), CJOSE_HDR_ALG, CJOSE_HDR_ALG_ES256, &error));
  CHECK(cjose_header_set(header.get(), CJOSE_HDR_KID, kid().c_str(), &error));
  CHECK(cjose_header_set(header.get(), "typ", "JWT", &error));
  const Jws jws(cjose_jws_sign(native_->key, header.get(), reinterpret_cast<const std::uint8_t*>(payload.data()),
                               payload.size(), &error));
  CHECK(jws != nullptr);
  const char* compact = nullptr;
  CHECK(cjose_jws_export(jws.get(), &compact, &error));
  return compact;
}

}  // namespace beckon::access
