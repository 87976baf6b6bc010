// Data from identity providers: metadata is accepted only with the configured issuer and private endpoints; a user,
// only if named by the token and with an address that the provider may vouch for.
#include <string>
#include <string_view>

#include "base/check.h"
#include "input.h"
#include "oidc/metadata.h"
#include "oidc/person.h"

namespace beckon::oidc {
namespace {

Provider provider(std::uint8_t of) {
  Provider made;
  made.name = "corp";
  made.issuer = "https://login.example.com";
  made.client_id = "beckon";
  if (of & 1) made.client_secret = "a secret";
  if (of & 2) made.email_domains = {"example.com"};
  if (of & 4) made.links = {{"linked", "fixed@example.org"}};
  made.roles = {{"staff", Handle{"acme"}, access::Role::kOperator}};
  return made;
}

void check_metadata(std::string_view text, const Provider& of) {
  const auto read = parse_metadata(std::string(text), of);
  if (!read) {
    CHECK(!read.error().empty());
    return;
  }
  for (const std::string& endpoint :
       {read->authorization_endpoint, read->token_endpoint, read->userinfo_endpoint, read->jwks_uri}) {
    const auto url = egress::parse_url(endpoint);
    CHECK(url && is_private(*url));
  }
  CHECK((read->proof == ClientProof::kNone) == of.client_secret.empty());
}

void check_person(std::string_view claims, std::string_view userinfo, const Provider& of) {
  auto parsed = json::parse(std::string(claims));
  auto said = json::parse(std::string(userinfo));
  if (!parsed || !parsed->root().is_object() || !said) return;
  IdToken token{.subject = std::string(parsed->root().text_of("sub")), .session = "", .claims = *std::move(parsed)};
  if (token.subject.empty()) return;
  const auto person = person_of(of, token, said->root());
  if (!person) {
    CHECK(!person.error().message.empty());
    return;
  }
  CHECK(person->subject == token.subject && !person->email.empty() && person->groups.size() <= kMostGroups);
  if (const auto link = of.links.find(token.subject); link != of.links.end())
    CHECK(person->email == link->second);
  else
    CHECK(of.email_domains.empty() || person->email.ends_with("@example.com"));
  for (const RoleOfGroup& role : roles_of(of, *person)) CHECK(role.role != access::Role::kOwner);
}

}  // namespace
}  // namespace beckon::oidc

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace beckon;
  fuzz::Input input(bytes, size);
  const oidc::Provider of = oidc::provider(input.byte());
  oidc::check_metadata(input.rest(), of);
  const std::size_t end = input.rest().find('\n');
  if (end == std::string_view::npos) return 0;
  oidc::check_person(input.rest().substr(0, end), input.rest().substr(end + 1), of);
  return 0;
}
