#include "http/routes/api.h"
#include "http/routes/neighbours.h"
#include "http/routes/token_routes.h"

namespace beckon::http {

std::vector<Route> routes(Api& api) {
  std::vector<Route> all;
  add_chain(api, all);
  add_import(api, all);
  add_ofrep(api, all);
  add_segment(api, all);
  add_posthog(api, all);
  add_snowplow(api, all);
  add_sources(api, all);
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
  add_token_routes(all);
  return all;
}

}  // namespace beckon::http
