// An OpenID Connect provider through which users sign in, as the operator has configured it. Immutable.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/principal.h"
#include "egress/policy.h"
#include "egress/url.h"

namespace beckon::oidc {

inline constexpr std::size_t kMostProviders = 16;   // each has a button on the sign-in page
inline constexpr std::size_t kMostRoles = 1'000;    // of a provider: groups that give a role
inline constexpr std::size_t kMostLinks = 1'000;    // of a provider: subjects with a fixed address
inline constexpr std::size_t kLongestName = 64;     // characters of a provider's name and title
inline constexpr std::size_t kLongestText = 2'048;  // bytes of any other text, such as a client's id

// Members of the group have the role on the handle. Never OWNER: a handle has exactly one, granted manually.
struct RoleOfGroup {
  std::string group;
  Handle handle;
  access::Role role = access::Role::kCreator;
};

// Who becomes a user of the server by signing in for the first time.
enum class NewUsers : std::uint8_t {
  kNobody,
  kWithRole,  // those to whom a group gives a role
  kEverybody,
};

struct Provider {
  std::string name;    // in URLs: a-z 0-9 -
  std::string title;   // on the sign-in page
  std::string issuer;  // `iss`, exactly
  std::string client_id;
  std::string client_secret;            // empty for a public client
  std::string audience;                 // `aud` of access tokens accepted as bearer tokens; empty if none are
  std::string scope = "openid email";   // requested
  std::string groups_claim = "groups";  // in the userinfo response or the ID token
  std::vector<RoleOfGroup> roles;
  std::map<std::string, std::string, std::less<>> links;  // from `sub` to a user's address; these need no email claim
  std::vector<std::string> email_domains;                 // those it may vouch for, in lower case; empty for all
  NewUsers new_users = NewUsers::kWithRole;
  // Where its server may be: the public internet, and what the operator admits for it.
  egress::PolicySnapshot policy;
};

// The provider with that name or issuer, or null.
const Provider* find_by_name(const std::vector<Provider>& providers, std::string_view name);

// Whether the URL cannot be eavesdropped on: https, or http to a loopback address.
bool is_private(const egress::Url& url);

bool is_provider_name(std::string_view text);  // ^[a-z0-9][a-z0-9-]{0,63}$

}  // namespace beckon::oidc
