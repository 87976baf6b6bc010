// The user who signed in at a provider, according to it. Pure.
#pragma once
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "oidc/provider.h"
#include "oidc/tokens.h"

namespace beckon::oidc {

inline constexpr std::size_t kMostGroups = 1'000;  // of a person; a userinfo response has no room for more

struct Person {
  std::string subject;
  std::string session;              // the provider's `sid`; empty if it has none
  std::string email;                // of a user of this server, as stored
  std::vector<std::string> groups;  // as the provider names them
};

// From a verified ID token and the userinfo response (OpenID Connect Core, section 5.3). kInvalidCredentials says what
// is wrong: a different subject, no address, an unverified one, or one of a domain that the provider may not vouch for.
// A subject that the operator has linked needs no address.
Result<Person> person_of(const Provider& provider, const IdToken& token, const json::Value& userinfo);

// The roles that the person's groups give: the highest for each handle.
std::vector<RoleOfGroup> roles_of(const Provider& provider, const Person& person);

}  // namespace beckon::oidc
