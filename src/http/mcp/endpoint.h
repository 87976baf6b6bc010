// POST /v2/public/handles/{handle}/mcp: the API as tools for a model's client. docs/neighbours.md, "MCP".
#pragma once
#include <string_view>
#include <vector>

#include "http/routes/api.h"

namespace beckon::mcp {

inline constexpr std::string_view kAddress = "/v2/public/handles/{handle}/mcp";  // of a handle

// Adds the route and that of its metadata (authorization.h), derived from the other routes of the table, which must be
// complete. `api` is kept by reference. `body_limit`: for routes without their own, HttpLimits::body.
void add_routes(http::Api& api, std::size_t body_limit, std::vector<http::Route>& routes);

}  // namespace beckon::mcp
