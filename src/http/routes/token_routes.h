// The routes of access tokens, each made from that of a role: contract section 2.
#pragma once
#include <vector>

#include "http/router.h"

namespace beckon::http {

// Adds for each route of a role that names a scope the same one for access tokens, below kPatRoutes. Of a family that
// the contract opens to them every route gets one, so that Router::make refuses one that names no scope.
void add_token_routes(std::vector<Route>& routes);

}  // namespace beckon::http
