// Tries rules on recorded history: contract section 5, rules.md, "Simulate". Nothing is stored or spent.
#include "hindsight/what_if_jobs.h"
#include "http/routes/response.h"
#include "http/routes/simulation_request.h"
#include "http/routes/simulation_view.h"

namespace beckon::http {
namespace {

using hindsight::WhatIfState;
using hindsight::WhatIfView;

constexpr std::chrono::milliseconds kAnswerWithin{3'000};  // a simulation that ends within this is returned complete

Response answer(const Request& request, const WhatIfView& view, int while_running) {
  return json_response(view.state == WhatIfState::kRunning ? while_running : 200, simulation_json(view, request.id));
}

Result<Response> answer_or_not_found(const Request& request, const std::optional<WhatIfView>& view) {
  if (!view) return unexpected(not_found("simulation"));
  return answer(request, *view, 200);
}

Result<Response> start_simulation(Api& api, Request& request) {
  auto asked = simulation_of(api, request);
  if (!asked) return unexpected(asked.error());
  const Handle handle{request.param("handle")};
  const SimulationId id{make_ulid("sim_", api.clock.now(), api.random)};
  if (auto fault = api.simulations.start(id, std::move(*asked))) return unexpected(std::move(*fault));
  const auto view = api.simulations.wait(handle, id, kAnswerWithin);
  if (!view) return unexpected(not_found("simulation"));
  return answer(request, *view, 202);
}

Result<Response> get_simulation(Api& api, Request& request) {
  return answer_or_not_found(
      request, api.simulations.find(Handle{request.param("handle")}, SimulationId{request.param("simulationId")}));
}

// A simulation that has ended stays as it is.
Result<Response> cancel(Api& api, Request& request) {
  return answer_or_not_found(
      request, api.simulations.cancel(Handle{request.param("handle")}, SimulationId{request.param("simulationId")}));
}

}  // namespace

void add_simulations(Api& api, std::vector<Route>& routes) {
  constexpr std::string_view kOne = "/v2/handles/{handle}/chain-rules/simulations/{simulationId}";
  routes.push_back(control(api, Method::kPost, "/v2/handles/{handle}/chain-rules/simulate",
                           creator("chain.rules.write"), start_simulation, "Simulate rules on recorded traffic"));
  routes.back().body_limit = kSimulationBytes;
  routes.push_back(control(api, Method::kGet, kOne, creator("chain.rules.read"), get_simulation, "Get a simulation"));
  routes.push_back(control(api, Method::kDelete, kOne, creator("chain.rules.write"), cancel, "Cancel a simulation"));
}

}  // namespace beckon::http
