// POST /v2/public/handles/{handle}/mcp: the API as tools for a model's client. docs/neighbours.md, "MCP".
#pragma once
#include <vector>

#include "http/routes/api.h"

namespace beckon::mcp {

// Adds the route, made from the others of the table, which must be complete. `api` is kept by reference. `body_limit`:
// of a route without one of its own, HttpLimits::body.
void add_routes(http::Api& api, std::size_t body_limit, std::vector<http::Route>& routes);

}  // namespace beckon::mcp
