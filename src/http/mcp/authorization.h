// Where a client that has no access token gets one (RFC 9728): at an identity provider whose access tokens this server
// takes as bearers. Only where one is configured whose `audience` is the server's public URL, since that is what a
// client asks for; elsewhere there is nothing to find, and 401 says no more than that a token is missing.
#pragma once
#include <vector>

#include "http/routes/api.h"

namespace beckon::mcp {

// Adds the public route of the metadata: 404 where there is none.
void add_metadata_route(http::Api& api, std::vector<http::Route>& routes);

// Part of Hooks::decorate: a 401 of the address says where the metadata is. Thread-safe.
void say_where_to_sign_in(const http::Api& api, const http::Request& request, http::Response& response);

}  // namespace beckon::mcp
