// PostHog's server libraries.
#include "neighbours/posthog.h"

#include "http/routes/neighbours.h"

namespace beckon::http {
namespace {

constexpr Neighbour kPostHog{
    .read = [](json::Document document, const Request&) { return neighbours::read_posthog(std::move(document)); },
    .key = [](const Request&, const json::Value& body) { return std::string(body.text_of("api_key")); },
    .too_large = FaultCode::kPayloadTooLarge};  // then it halves the batch

}  // namespace

void add_posthog(Api& api, std::vector<Route>& routes) {
  routes.push_back(neighbour_route(api, "/batch/", kPostHog, "Append a batch of PostHog"));
}

}  // namespace beckon::http
