#include "oidc/requests.h"

#include "system/encoding.h"

namespace beckon::oidc {
namespace {

using Members = std::initializer_list<std::pair<std::string_view, std::string_view>>;

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

// Encodes every byte that is not unreserved (RFC 3986, section 2.3), which queries and forms both decode the same way.
void append_encoded(std::string& out, std::string_view text) {
  for (const char c : text)
    is_unreserved(c) ? out.push_back(c) : void(out.append("%").append(to_hex(std::string_view(&c, 1))));
}

std::string encoded(std::string_view text) {
  std::string out;
  append_encoded(out, text);
  return out;
}

std::string form_of(Members members) {
  std::string out;
  for (const auto& [name, value] : members) {
    out.append(out.empty() ? "" : "&").append(name).append("=");
    append_encoded(out, value);
  }
  return out;
}

}  // namespace

std::string authorize_url(const Provider& provider, const Metadata& metadata, const Started& started,
                          std::string_view state, std::string_view redirect_uri) {
  const std::string& endpoint = metadata.authorization_endpoint;
  return endpoint + (endpoint.find('?') == std::string::npos ? "?" : "&") +
         form_of({{"response_type", "code"},
                  {"client_id", provider.client_id},
                  {"redirect_uri", redirect_uri},
                  {"scope", provider.scope},
                  {"state", state},
                  {"nonce", started.nonce},
                  {"code_challenge", code_challenge(started)},
                  {"code_challenge_method", "S256"}});
}

egress::Order get(const Provider& provider, const std::string& url) {
  return {.method = egress::Method::kGet,
          .url = url,
          .headers = {{"accept", "application/json"}},
          .policy = provider.policy};
}

egress::Order token_request(const Provider& provider, const Metadata& metadata, const Started& started,
                            std::string_view code, std::string_view redirect_uri) {
  std::string form = form_of({{"grant_type", "authorization_code"},
                              {"code", code},
                              {"redirect_uri", redirect_uri},
                              {"code_verifier", started.verifier}});
  egress::Order order{
      .method = egress::Method::kPost,
      .url = metadata.token_endpoint,
      .headers = {{"content-type", "application/x-www-form-urlencoded"}, {"accept", "application/json"}},
      .policy = provider.policy};
  switch (metadata.proof) {
    case ClientProof::kBasic:
      order.headers.push_back(
          {"authorization", "Basic " + to_base64(encoded(provider.client_id) + ":" + encoded(provider.client_secret))});
      break;
    case ClientProof::kPost:
      form += "&" + form_of({{"client_id", provider.client_id}, {"client_secret", provider.client_secret}});
      break;
    case ClientProof::kNone: form += "&" + form_of({{"client_id", provider.client_id}}); break;
  }
  order.body = std::make_shared<const std::string>(std::move(form));
  return order;
}

egress::Order userinfo_request(const Provider& provider, const Metadata& metadata, std::string_view access_token) {
  egress::Order order = get(provider, metadata.userinfo_endpoint);
  order.headers.push_back({"authorization", "Bearer " + std::string(access_token)});
  return order;
}

}  // namespace beckon::oidc
