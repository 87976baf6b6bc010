#include <algorithm>
#include <array>

#include "base/check.h"
#include "http/routes/api.h"

namespace beckon::http {
namespace {

constexpr std::string_view kRoleRoutes = "/v2/handles/";

// The families below a handle that access tokens may call too: contract section 2.
constexpr std::array<std::string_view, 6> kFamilies{"chain",    "chain-rules", "visitors",
                                                    "webhooks", "events",      "analytics"};

bool is_of_a_family(std::string_view pattern) {
  if (!pattern.starts_with("/v2/handles/{handle}/")) return false;
  pattern.remove_prefix(std::string_view("/v2/handles/{handle}/").size());
  return std::ranges::find(kFamilies, pattern.substr(0, pattern.find('/'))) != kFamilies.end();
}

// The same route for access tokens: what is declared once holds for both.
Route for_tokens(const Route& route) {
  // Who creates a token is an OPERATOR or more, so its scopes must not open what only an OWNER may do.
  CHECK(route.access.who == Access::Who::kCreator || route.access.who == Access::Who::kOperator);
  CHECK(route.pattern.starts_with(kRoleRoutes) && access::parse_scope(route.access.scope));
  Route made = route;
  made.pattern = std::string(kPatRoutes) + route.pattern.substr(kRoleRoutes.size());
  made.access = pat(route.access.scope);
  return made;
}

}  // namespace

std::vector<Route> routes(Api& api) {
  std::vector<Route> all;
  add_chain(api, all);
  add_import(api, all);
  add_decisions(api, all);
  add_analytics(api, all);
  add_sessions(api, all);
  add_rules(api, all);
  add_catalog(api, all);
  add_webhooks(api, all);
  add_deliveries(api, all);
  add_events(api, all);
  add_notifications(api, all);
  add_live(api, all);
  add_sign_in(api, all);
  add_platform(api, all);
  add_browser(api, all);
  add_system(api, all);
  std::vector<Route> of_tokens;
  for (const Route& route : all) {
    CHECK(!is_of_a_family(route.pattern) || !route.access.scope.empty());
    if (!route.access.scope.empty()) of_tokens.push_back(for_tokens(route));
  }
  std::ranges::move(of_tokens, std::back_inserter(all));
  return all;
}

}  // namespace beckon::http
