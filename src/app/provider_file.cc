#include "app/provider_file.h"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "access/email.h"
#include "app/nearest.h"
#include "egress/guard.h"
#include "system/private_file.h"

namespace beckon::app {
namespace {

using oidc::Provider;
using Faults = std::vector<std::string>;
using Names = std::span<const std::string_view>;

constexpr auto kOfProvider =
    std::to_array<std::string_view>({"name", "title", "issuer", "client-id", "client-secret-file", "audience", "scope",
                                     "groups-claim", "create-users", "email-domains", "allow", "role", "link"});
constexpr auto kOfRole = std::to_array<std::string_view>({"group", "handle", "role"});
constexpr auto kOfLink = std::to_array<std::string_view>({"sub", "email"});
constexpr auto kOfFile = std::to_array<std::string_view>({"provider"});

// One table of the file; collects the faults of its members with their lines.
class Table {
 public:
  Table(const toml::table& table, std::string file, std::string name, Names known, Faults& faults)
      : table_(table), file_(std::move(file)), name_(std::move(name)), faults_(faults) {
    for (const auto& [key, node] : table)
      if (std::ranges::find(known, key.str()) == known.end())
        complain(node, std::string(key.str()),
                 "is not a member; did you mean " + std::string(nearest(key.str(), known)) + "?");
  }

  void complain(const std::string& member, const std::string& why) const {
    const toml::node* node = table_.get(member);
    complain(node != nullptr ? *node : static_cast<const toml::node&>(table_), member, why);
  }

  // The text of a member, at most `longest` bytes; empty if it is absent or invalid.
  std::string text(const std::string& member, bool required, std::size_t longest = oidc::kLongestText) const {
    const toml::node* node = table_.get(member);
    if (node == nullptr) {
      if (required) complain(member, "is required.");
      return {};
    }
    const auto* value = node->as_string();
    if (value != nullptr && !value->get().empty() && value->get().size() <= longest) return value->get();
    complain(member, "must be a text of 1 to " + std::to_string(longest) + " bytes.");
    return {};
  }

  std::vector<std::string> texts(const std::string& member) const {
    std::vector<std::string> found;
    const toml::node* node = table_.get(member);
    if (node == nullptr) return found;
    const toml::array* list = node->as_array();
    if (list != nullptr)
      for (const toml::node& item : *list)
        if (const auto* value = item.as_string()) found.push_back(value->get());
    if (list == nullptr || found.size() != list->size()) complain(member, "must be a list of texts, such as [\"…\"].");
    return found;
  }

  // The tables of [[member]], at most `most`.
  std::vector<Table> tables(const std::string& member, std::size_t most, Names known) const {
    std::vector<Table> found;
    const toml::node* node = table_.get(member);
    if (node == nullptr) return found;
    const toml::array* list = node->as_array();
    if (list == nullptr || !list->is_homogeneous<toml::table>() || list->size() > most) {
      complain(member, "must be tables [[" + name_ + member + "]], at most " + std::to_string(most) + " of them.");
      return found;
    }
    for (const toml::node& item : *list)
      found.emplace_back(*item.as_table(), file_, name_ + member + "[" + std::to_string(found.size()) + "].", known,
                         faults_);
    return found;
  }

 private:
  void complain(const toml::node& node, const std::string& member, const std::string& why) const {
    faults_.push_back(file_ + ":" + std::to_string(node.source().begin.line) + ": " + name_ + member + " " + why);
  }

  const toml::table& table_;
  const std::string file_, name_;
  Faults& faults_;
};

void read_role(const Table& table, Provider& provider) {
  oidc::RoleOfGroup made{.group = table.text("group", true)};
  if (const std::string handle = table.text("handle", true); is_handle(handle))
    made.handle = Handle(handle);
  else if (!handle.empty())
    table.complain("handle", "must be the name of a handle.");
  const std::string text = table.text("role", true);
  const auto role = access::parse_role(text);
  if (role && *role != access::Role::kOwner)
    made.role = *role;
  else if (!text.empty())
    table.complain("role", "must be CREATOR or OPERATOR; an OWNER is made with `beckon grant`.");
  provider.roles.push_back(std::move(made));
}

void read_link(const Table& table, Provider& provider) {
  const std::string subject = table.text("sub", true), address = table.text("email", true);
  const auto email = access::to_email(address);
  if (!email && !address.empty()) table.complain("email", "must be an e-mail address such as ada@example.com.");
  if (!subject.empty() && !provider.links.emplace(subject, email.value_or("")).second)
    table.complain("sub", "is linked twice.");
}

// Where the provider's server may be, and whether the issuer is within that.
void read_place(const Table& table, Provider& provider) {
  egress::Policy policy;
  const std::vector<std::string> allow = table.texts("allow");
  Issues issues;
  egress::read_allowlist(allow, policy, issues);
  for (const FieldIssue& issue : issues.items())
    table.complain("allow", (issue.field == "egress" ? "" : issue.field.substr(std::string("egress").size()) + " ") +
                                issue.issue + ".");
  const auto url = egress::parse_url(provider.issuer);
  policy.admit_http = url && url->address && oidc::is_private(*url);
  if (!provider.issuer.empty())
    if (const auto target = egress::check_url(provider.issuer, policy); !target)
      table.complain("issuer", std::string(sentence(target.error())) +
                                   "; plain http is for loopback addresses alone, and an address or host of your own "
                                   "network must be in `allow`.");
  provider.policy = std::make_shared<const egress::Policy>(std::move(policy));
}

void read_secret(const Table& table, const std::filesystem::path& folder, Provider& provider) {
  const std::string name = table.text("client-secret-file", false);
  if (name.empty()) return;
  auto secret = read_private_file("client secret", (folder / name).string());
  if (!secret) return table.complain("client-secret-file", "cannot be used. " + secret.error());
  secret->erase(secret->find_last_not_of("\r\n") + 1);
  if (secret->empty() || secret->size() > oidc::kLongestText)
    return table.complain("client-secret-file", "must contain a secret of 1 to 2048 bytes, and nothing else.");
  provider.client_secret = *std::move(secret);
}

void read_people(const Table& table, Provider& provider) {
  if (const std::string claim = table.text("groups-claim", false); !claim.empty()) provider.groups_claim = claim;
  for (const Table& role : table.tables("role", oidc::kMostRoles, kOfRole)) read_role(role, provider);
  for (const Table& link : table.tables("link", oidc::kMostLinks, kOfLink)) read_link(link, provider);
  for (const std::string& domain : table.texts("email-domains")) {
    const auto email = access::to_email("user@" + domain);
    if (!email) table.complain("email-domains", "must be domains such as example.com, not \"" + domain + "\".");
    provider.email_domains.push_back(email ? email->substr(email->find('@') + 1) : "");
  }
  const std::string word = table.text("create-users", false);
  if (word == "nobody")
    provider.new_users = oidc::NewUsers::kNobody;
  else if (word == "everybody")
    provider.new_users = oidc::NewUsers::kEverybody;
  else if (!word.empty() && word != "with-role")
    table.complain("create-users", "must be nobody, with-role or everybody.");
}

bool asks_for_id_token(const std::string& scope) { return (" " + scope + " ").find(" openid ") != std::string::npos; }

Provider read_provider(const Table& table, const std::filesystem::path& folder) {
  Provider provider{.name = table.text("name", true, oidc::kLongestName),
                    .title = table.text("title", true, oidc::kLongestName),
                    .issuer = table.text("issuer", true),
                    .client_id = table.text("client-id", true),
                    .audience = table.text("audience", false)};
  if (!provider.name.empty() && !oidc::is_provider_name(provider.name))
    table.complain("name", "must consist of a-z, 0-9 and -, and not begin with -.");
  if (provider.issuer.find('?') != std::string::npos) table.complain("issuer", "must not have a query.");
  if (!provider.audience.empty() && provider.audience == provider.client_id)
    table.complain("audience", "must differ from client-id, which is the audience of ID tokens.");
  if (const std::string scope = table.text("scope", false); !scope.empty()) provider.scope = scope;
  if (!asks_for_id_token(provider.scope)) table.complain("scope", "must contain openid, such as \"openid email\".");
  read_place(table, provider);
  read_secret(table, folder, provider);
  read_people(table, provider);
  return provider;
}

std::vector<Provider> read_all_providers(const std::string& path, Faults& faults) {
  std::vector<Provider> providers;
  try {
    const toml::table file = toml::parse_file(path);
    const Table whole(file, path, "", kOfFile, faults);
    const auto folder = std::filesystem::path(path).parent_path();
    for (const Table& table : whole.tables("provider", oidc::kMostProviders, kOfProvider)) {
      Provider provider = read_provider(table, folder);
      for (const Provider& other : providers) {
        if (!provider.name.empty() && other.name == provider.name)
          table.complain("name", "is that of another provider.");
        if (!provider.issuer.empty() && other.issuer == provider.issuer)
          table.complain("issuer", "is that of another provider.");
      }
      providers.push_back(std::move(provider));
    }
    if (providers.empty() && faults.empty())
      faults.push_back(path + " has no [[provider]]; add one, or leave out --oidc-providers.");
  } catch (const toml::parse_error& fault) {
    faults.push_back(path + ":" + std::to_string(fault.source().begin.line) + ": " + std::string(fault.description()) +
                     ".");
  }
  return providers;
}

}  // namespace

std::expected<std::vector<Provider>, Faults> read_providers(const Settings& settings) {
  if (settings.oidc_providers.empty()) return {};
  Faults faults;
  if (settings.public_url.empty())
    faults.emplace_back(
        "--oidc-providers also needs --public-url: the address under which browsers reach this server, such as "
        "https://beckon.example.com, where providers send users back to.");
  auto providers = read_all_providers(settings.oidc_providers, faults);
  if (!faults.empty()) return std::unexpected(std::move(faults));
  return providers;
}

}  // namespace beckon::app
