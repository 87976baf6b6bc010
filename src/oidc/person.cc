#include "oidc/person.h"

#include <algorithm>

#include "access/email.h"
#include "oidc/said.h"

namespace beckon::oidc {
namespace {

bool is_text(const json::Value* value, std::string_view text) {
  return value != nullptr && value->is_string() && value->text() == text;
}

Result<std::string> address_of(const Provider& provider, const std::string& subject, const json::Value& userinfo) {
  if (const auto link = provider.links.find(subject); link != provider.links.end()) return link->second;
  auto email = access::to_email(userinfo.text_of("email"));
  if (!email)
    return refused(provider.title +
                   " did not report an e-mail address for you; the operator can ask it for one (scope), or link you to "
                   "a user.");
  const json::Value* verified = userinfo.find("email_verified");
  if (verified == nullptr || !verified->is_boolean() || !verified->boolean())
    return refused(provider.title + " has not verified your e-mail address (email_verified); have it verified there.");
  const auto domain = email->substr(email->find('@') + 1);
  if (!provider.email_domains.empty() &&
      std::ranges::find(provider.email_domains, domain) == provider.email_domains.end())
    return refused("Addresses at " + domain + " cannot sign in through " + provider.title + "; use another way.");
  return *std::move(email);
}

// A list of texts, or a single one; anything else has no groups.
std::vector<std::string> groups_in(const json::Value& claim) {
  std::vector<std::string> groups;
  if (claim.is_string()) groups.emplace_back(claim.text());
  for (const json::Value& item : claim.items())
    if (item.is_string() && groups.size() < kMostGroups) groups.emplace_back(item.text());
  return groups;
}

}  // namespace

Result<Person> person_of(const Provider& provider, const IdToken& token, const json::Value& userinfo) {
  if (!is_text(userinfo.find("sub"), token.subject))
    return refused(provider.title + " described another user than the one who signed in (sub); try again.");
  auto email = address_of(provider, token.subject, userinfo);
  if (!email) return unexpected(email.error());
  const json::Value* groups = userinfo.find(provider.groups_claim);
  if (groups == nullptr) groups = token.claims.root().find(provider.groups_claim);
  return Person{.subject = token.subject,
                .session = token.session,
                .email = *std::move(email),
                .groups = groups == nullptr ? std::vector<std::string>{} : groups_in(*groups)};
}

std::vector<RoleOfGroup> roles_of(const Provider& provider, const Person& person) {
  std::vector<RoleOfGroup> roles;
  for (const RoleOfGroup& each : provider.roles) {
    if (std::ranges::find(person.groups, each.group) == person.groups.end()) continue;
    const auto known = std::ranges::find(roles, each.handle, &RoleOfGroup::handle);
    if (known == roles.end())
      roles.push_back(each);
    else if (known->role < each.role)
      *known = each;
  }
  return roles;
}

}  // namespace beckon::oidc
