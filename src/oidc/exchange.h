// The second half of a sign-in: from the code in the callback to the user who has signed in.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "egress/calls.h"
#include "oidc/person.h"
#include "oidc/published.h"
#include "oidc/started.h"

namespace beckon::oidc {

inline constexpr std::size_t kLongestCode = 2'048;  // characters

// The callback's query parameters.
struct Callback {
  std::string code;
  std::string issuer;  // `iss`; empty if absent
};

// What an exchange needs; outlives it.
struct ExchangeParts {
  const Provider& provider;
  PublishedBy& published;
  egress::Calls& calls;
  const Clock& clock;
  const Limits& limits;
  const std::string& redirect_uri;
};

// Redeems the code at the token endpoint, checks the ID token, and calls the userinfo endpoint with the access token.
// Calls `done` once, within limits.deadline, before this returns or on the thread of the calls, where it must not
// block. Faults: kInvalidCredentials, which says which check failed; kUnavailable if the provider could not be
// reached.
void exchange(const ExchangeParts& parts, Started started, Callback callback,
              std::move_only_function<void(Result<Person>)> done);

}  // namespace beckon::oidc
