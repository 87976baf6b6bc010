// What a provider publishes of itself: OpenID Connect Discovery 1.0. Pure.
#pragma once
#include <cstdint>
#include <string>

#include "access/jose.h"
#include "base/result.h"
#include "oidc/provider.h"

namespace beckon::oidc {

// How the server says at the token endpoint which client it is: RFC 6749 section 2.3.1.
enum class ClientProof : std::uint8_t { kNone, kBasic, kPost };

struct Metadata {
  std::string authorization_endpoint;
  std::string token_endpoint;
  std::string userinfo_endpoint;
  std::string jwks_uri;
  bool sends_issuer = false;  // its callback names it (`iss`, RFC 9207)
  ClientProof proof = ClientProof::kNone;
  access::Algorithm rsa_algorithm = access::Algorithm::kRs256;  // of its RSA keys that name none
};

// Where the provider publishes it: the issuer and a well-known path.
std::string metadata_url(const Provider& provider);

// The error is the end of a sentence about the provider's metadata: what is missing, or what may not be. Endpoints are
// absolute URLs over https, or on loopback; the issuer is exactly the configured one; what is needed is there.
Result<Metadata, std::string> parse_metadata(std::string text, const Provider& provider);

}  // namespace beckon::oidc
