// Protected resource metadata (RFC 9728): where a client without an access token gets one, at an identity provider
// whose access tokens this server accepts as bearer tokens. Only if one is configured whose `audience` is the server's
// public URL, since clients ask for that; otherwise there is no metadata, and 401 only says that a token is missing.
#pragma once
#include <vector>

#include "http/routes/api.h"

namespace beckon::mcp {

// Adds the public route of the metadata: 404 if there is none.
void add_metadata_route(http::Api& api, std::vector<http::Route>& routes);

// Part of Hooks::decorate: a 401 of the MCP endpoint says where the metadata is. Thread-safe.
void say_where_to_sign_in(const http::Api& api, const http::Request& request, http::Response& response);

}  // namespace beckon::mcp
