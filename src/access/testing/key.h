// For tests: a key that signs any header and payload as given, so that a hostile token is refused for its content and
// not for its signature. Uses OpenSSL directly, so that it also checks cjose.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "access/jose.h"

typedef struct evp_pkey_st EVP_PKEY;

namespace beckon::access {

class TestKey {
 public:
  static TestKey ec(std::string kid, const char* curve = "P-256");
  static TestKey rsa(std::string kid, unsigned bits = 2048);

  std::string jwk(std::string_view more = "") const;  // `more`: additional members, such as R"("alg":"PS256")"
  PublicKey public_key(std::string_view more = "") const;
  std::string signature(std::string_view text, Algorithm algorithm) const;  // raw, as in a JWS
  std::string token(std::string_view header, std::string_view payload, Algorithm algorithm = Algorithm::kEs256) const;

 private:
  TestKey(std::string kid, EVP_PKEY* key);
  std::string number(const char* name, int size) const;  // a big number of the key, base64url

  std::string kid_;
  std::shared_ptr<EVP_PKEY> key_;
};

json::Document document_of(std::string text);

}  // namespace beckon::access
