// What a provider publishes about itself: OpenID Connect Discovery 1.0. Pure.
#pragma once
#include <cstdint>
#include <string>

#include "access/jose.h"
#include "base/result.h"
#include "oidc/provider.h"

namespace beckon::oidc {

// How the server authenticates at the token endpoint: RFC 6749 section 2.3.1.
enum class ClientProof : std::uint8_t { kNone, kBasic, kPost };

struct Metadata {
  std::string authorization_endpoint;
  std::string token_endpoint;
  std::string userinfo_endpoint;
  std::string jwks_uri;
  bool sends_issuer = false;  // its callback includes `iss` (RFC 9207)
  ClientProof proof = ClientProof::kNone;
  access::Algorithm rsa_algorithm = access::Algorithm::kRs256;  // for RSA keys without an algorithm
};

// The URL of the metadata: the issuer and a well-known path.
std::string metadata_url(const Provider& provider);

// The error is a predicate about the provider's metadata: what is missing or not allowed. Endpoints must be absolute
// URLs over https, or on loopback; the issuer must be exactly the configured one.
Result<Metadata, std::string> parse_metadata(std::string text, const Provider& provider);

}  // namespace beckon::oidc
