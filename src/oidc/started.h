// A sign-in that was started and has not returned from the provider. The server stores nothing, so strangers fill no
// table and a restart ends none: all of it is in `state`, sealed with the master key, which the provider sends back
// with the browser. Bound to the browser that started it, and single-use because the provider accepts its code once.
#pragma once
#include <string>
#include <string_view>

#include "base/instant.h"
#include "base/result.h"
#include "system/secret_box.h"

namespace beckon::oidc {

inline constexpr Duration kStartedLife = std::chrono::minutes{10};  // from the button to the callback
inline constexpr std::size_t kSecretBytes = 32;                     // of randomness; 43 characters of base64url
inline constexpr std::size_t kLongestState = 1'024;                 // characters; a sealed one has about 400

struct Started {
  std::string provider;  // its name
  std::string nonce;     // contained in the ID token
  std::string verifier;  // the code verifier of PKCE, RFC 7636
  std::string browser;   // SHA-256 of the text that the page keeps, base64url
  Instant until{};
};

// `browser` is a text that the page keeps in its session storage.
Started start(std::string provider, std::string_view browser, Instant now, Random& random);

std::string code_challenge(const Started& started);  // S256 of RFC 7636

std::string to_state(const Started& started, const SecretBox& box, Random& random);

// kInvalidCredentials says whether the state is not from this server, is from another browser, or has expired.
Result<Started> from_state(std::string_view state, std::string_view browser, const SecretBox& box, Instant now);

}  // namespace beckon::oidc
