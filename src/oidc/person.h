// Who has signed in at a provider, from what it says of them. Pure.
#pragma once
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "oidc/provider.h"
#include "oidc/tokens.h"

namespace beckon::oidc {

inline constexpr std::size_t kMostGroups = 1'000;  // of a person; a userinfo response has room for no more anyway

struct Person {
  std::string subject;
  std::string session;              // `sid` of the provider; empty if it has none
  std::string email;                // of a user of this server, in the spelling that is stored
  std::vector<std::string> groups;  // as the provider names them
};

// From a verified ID token and the userinfo response (OpenID Connect Core, section 5.3). kInvalidCredentials says what
// is missing: another subject, no address, one that is not verified, or one of a domain for which the provider does not
// speak. A subject that the operator has linked needs no address.
Result<Person> person_of(const Provider& provider, const IdToken& token, const json::Value& userinfo);

// The roles that the person's groups give: the highest of each handle.
std::vector<RoleOfGroup> roles_of(const Provider& provider, const Person& person);

}  // namespace beckon::oidc
