#include "http/routes/token_routes.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "access/scopes.h"
#include "base/check.h"

namespace beckon::http {
namespace {

constexpr std::string_view kRoleRoutes = "/v2/handles/";

constexpr std::array<std::string_view, 7> kFamilies{"chain",  "chain-rules", "visitors", "webhooks",
                                                    "events", "deliveries",  "analytics"};

bool is_of_a_family(std::string_view pattern) {
  static constexpr std::string_view kOfHandle = "/v2/handles/{handle}/";
  if (!pattern.starts_with(kOfHandle)) return false;
  pattern.remove_prefix(kOfHandle.size());
  return std::ranges::find(kFamilies, pattern.substr(0, pattern.find('/'))) != kFamilies.end();
}

std::string below_their_path(std::string_view pattern) {
  CHECK(pattern.starts_with(kRoleRoutes));
  return std::string(kPatRoutes).append(pattern.substr(kRoleRoutes.size()));
}

Route for_tokens(const Route& route) {
  const Access& of = route.access;
  // Creating a token takes at least an OPERATOR, so no scope opens what only an OWNER may do.
  const bool is_for_operators = of.who == Access::Who::kCreator || of.who == Access::Who::kOperator;
  CHECK(of.scope.empty() || (is_for_operators && access::parse_scope(of.scope)));
  Route made = route;
  made.pattern = below_their_path(route.pattern);
  for (std::string& pattern : made.also) pattern = below_their_path(pattern);
  made.access = pat(of.scope);
  return made;
}

}  // namespace

void add_token_routes(std::vector<Route>& routes) {
  std::vector<Route> made;
  for (const Route& route : routes)
    if (!route.access.scope.empty() || is_of_a_family(route.pattern)) made.push_back(for_tokens(route));
  std::ranges::move(made, std::back_inserter(routes));
}

}  // namespace beckon::http
