// The three kinds of tokens that a provider signs; each is accepted only as its own kind. Pure, thread-safe.
//
// A JwtFault says why one is refused.
#pragma once
#include <string>
#include <string_view>

#include "access/jwt.h"
#include "access/key_set.h"
#include "oidc/provider.h"

namespace beckon::oidc {

// OpenID Connect Core, section 3.1.3.7: who has signed in.
struct IdToken {
  std::string subject;
  std::string session;    // the provider's `sid`; empty if it has none
  json::Document claims;  // an object
};

// RFC 9068: sent by a program as a bearer token.
struct AccessToken {
  std::string subject;
  std::string id;  // `jti`; empty if it has none
  Instant issued_at{};
  Instant expires_at{};
};

// OpenID Connect Back-Channel Logout 1.0, section 2.4: who has signed out at the provider. At least one of subject and
// session is not empty.
struct LogoutToken {
  std::string subject;
  std::string session;
  std::string id;  // `jti`
  Instant expires_at{};
};

// The `typ` values accepted in the header; it may also be absent.
inline constexpr std::string_view kIdTypes[] = {"JWT"};
inline constexpr std::string_view kLogoutTypes[] = {"logout+jwt", "JWT"};

template <class Token>
using Checked = Result<Token, access::JwtFault>;

// `token` comes from access::parse_jwt() with the types above, `keys` from the provider. An unknown `kid` is an error.
Checked<IdToken> check_id_token(access::UnverifiedJwt token, const access::KeySet& keys, const Provider& provider,
                                std::string_view nonce, Instant now);
// Precondition: the provider has an audience. The fault for an ID token says that it is one.
Checked<AccessToken> check_access_token(access::UnverifiedJwt token, const access::KeySet& keys,
                                        const Provider& provider, Instant now);
Checked<LogoutToken> check_logout_token(access::UnverifiedJwt token, const access::KeySet& keys,
                                        const Provider& provider, Instant now);

}  // namespace beckon::oidc
