#include "http/mcp/authorization.h"

#include <algorithm>

#include "http/mcp/endpoint.h"
#include "http/routes/response.h"

namespace beckon::mcp {
namespace {

using http::Request;
using http::Response;

constexpr std::string_view kMetadata = "/.well-known/oauth-protected-resource";

bool is_taken(const http::Api& api, const oidc::Provider& provider) {
  return !api.public_url.empty() && provider.audience == api.public_url;
}

// The resource is the server: a token for it works on every handle on which its user has a role.
Result<Response> metadata(http::Api& api, Request& request) {
  std::string body;
  json::Writer out(body);
  out.begin_object().member("resource", api.public_url).key("authorization_servers").begin_array();
  bool any = false;
  for (const oidc::Provider& provider : api.oidc.all())
    if (is_taken(api, provider)) any = true, out.string(provider.issuer);
  out.end_array().key("bearer_methods_supported").begin_array().string("header").end_array();
  out.member("resource_name", "Beckon, " + request.param("handle")).end_object();
  if (!any || !is_handle(request.param("handle"))) return unexpected(not_found("path"));
  return http::json_response(200, std::move(body));
}

}  // namespace

void add_metadata_route(http::Api& api, std::vector<http::Route>& routes) {
  routes.push_back({.method = http::Method::kGet,
                    .pattern = std::string(kMetadata) + std::string(kAddress),
                    .access = http::public_(),
                    .run = http::Run::kInline,
                    .handler = http::blocking([&api](Request& request) { return metadata(api, request); }),
                    .summary = "Where a client of MCP signs in"});
}

void say_where_to_sign_in(const http::Api& api, const Request& request, Response& response) {
  if (response.status != 401 || !request.route || request.route->pattern != kAddress) return;
  if (std::ranges::none_of(api.oidc.all(), [&](const auto& one) { return is_taken(api, one); })) return;
  std::erase_if(response.headers, [](const auto& header) { return header.first == "www-authenticate"; });
  response.headers.emplace_back("www-authenticate", "Bearer resource_metadata=\"" + api.public_url +
                                                        std::string(kMetadata) + std::string(request.path) + "\"");
}

}  // namespace beckon::mcp
