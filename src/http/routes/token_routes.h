// The routes of access tokens, each derived from that of a role: contract section 2.
#pragma once
#include <vector>

#include "http/router.h"

namespace beckon::http {

// Adds below kPatRoutes a copy for access tokens of each role's route that has a scope. In families that the contract
// opens to access tokens every route is copied, so that Router::make refuses one without a scope.
void add_token_routes(std::vector<Route>& routes);

}  // namespace beckon::http
