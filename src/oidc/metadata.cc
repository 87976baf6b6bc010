#include "oidc/metadata.h"

#include <algorithm>
#include <optional>

namespace beckon::oidc {
namespace {

constexpr std::string_view kWellKnown = "/.well-known/openid-configuration";

// Whether a list in the document contains the text; std::nullopt if there is no such list.
std::optional<bool> lists(const json::Value& document, std::string_view name, std::string_view text) {
  const json::Value* list = document.find(name);
  if (list == nullptr || !list->is_array()) return std::nullopt;
  return std::ranges::any_of(list->items(),
                             [&](const json::Value& item) { return item.is_string() && item.text() == text; });
}

Result<std::string, std::string> endpoint_in(const json::Value& document, const std::string& name) {
  const json::Value* value = document.find(name);
  if (value == nullptr || !value->is_string()) return unexpected("has no " + name);
  const auto url = egress::parse_url(value->text());
  if (!url) return unexpected("has a " + name + " that " + std::string(sentence(url.error())));
  if (!is_private(*url)) return unexpected("has a " + name + " that is neither https nor on loopback");
  return std::string(value->text());
}

// Basic is the default of Discovery, section 3.
Result<ClientProof, std::string> proof_in(const json::Value& document, const Provider& provider) {
  constexpr std::string_view kMethods = "token_endpoint_auth_methods_supported";
  if (provider.client_secret.empty()) return ClientProof::kNone;
  if (lists(document, kMethods, "client_secret_basic").value_or(true)) return ClientProof::kBasic;
  if (*lists(document, kMethods, "client_secret_post")) return ClientProof::kPost;
  return unexpected("takes a client's secret neither as client_secret_basic nor as client_secret_post");
}

}  // namespace

std::string metadata_url(const Provider& provider) {
  std::string url = provider.issuer;
  if (url.ends_with('/')) url.pop_back();
  return url.append(kWellKnown);
}

Result<Metadata, std::string> parse_metadata(std::string text, const Provider& provider) {
  const auto parsed = json::parse(std::move(text));
  if (!parsed || !parsed->root().is_object()) return unexpected("is not a JSON object without duplicate keys");
  const json::Value& document = parsed->root();
  const json::Value* issuer = document.find("issuer");
  if (issuer == nullptr || !issuer->is_string() || issuer->text() != provider.issuer)
    return unexpected("names another issuer than the configured " + provider.issuer);
  if (!lists(document, "code_challenge_methods_supported", "S256").value_or(true))
    return unexpected("does not offer PKCE with S256");
  Metadata made;
  for (const auto& [name, into] : {std::pair{"authorization_endpoint", &made.authorization_endpoint},
                                   {"token_endpoint", &made.token_endpoint},
                                   {"userinfo_endpoint", &made.userinfo_endpoint},
                                   {"jwks_uri", &made.jwks_uri}}) {
    auto url = endpoint_in(document, name);
    if (!url) return unexpected(url.error());
    *into = *std::move(url);
  }
  const auto proof = proof_in(document, provider);
  if (!proof) return unexpected(proof.error());
  made.proof = *proof;
  const json::Value* sends = document.find("authorization_response_iss_parameter_supported");
  made.sends_issuer = sends != nullptr && sends->is_boolean() && sends->boolean();
  constexpr std::string_view kAlgorithms = "id_token_signing_alg_values_supported";
  if (lists(document, kAlgorithms, "PS256").value_or(false) && !*lists(document, kAlgorithms, "RS256"))
    made.rsa_algorithm = access::Algorithm::kPs256;
  return made;
}

}  // namespace beckon::oidc
