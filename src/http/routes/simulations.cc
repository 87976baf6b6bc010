// Rules tried on what was recorded: contract section 5, rules.md, "Simulate". Nothing is stored or spent.
#include "hindsight/what_if_jobs.h"
#include "http/routes/response.h"
#include "http/routes/simulation_request.h"

namespace beckon::http {
namespace {

using hindsight::WhatIf;
using hindsight::WhatIfState;
using hindsight::WhatIfView;

constexpr std::chrono::milliseconds kAnswerWithin{3'000};  // one that is over by then is answered as it ended

void write(json::Writer& out, std::string_view name, const WhatIf::Answer& answer) {
  out.key(name).begin_object().member("outcome", answer.outcome);
  text_or_null(out, "ruleId", answer.rule);
  text_or_null(out, "variant", answer.variant);
  out.end_object();
}

void write(json::Writer& out, const WhatIf::Rule& rule) {
  out.begin_object()
      .member("ruleId", rule.id)
      .member_boolean("shadow", rule.shadow)
      .member("asked", rule.asked)
      .member("acted", rule.acted)
      .member("suppressed", rule.suppressed)
      .member("heldOut", rule.held_out)
      .member("sessions", rule.sessions)
      .key("variants")
      .begin_array();
  for (const auto& [variant, acted] : rule.variants)
    out.begin_object().member("variant", variant).member("acted", acted).end_object();
  out.end_array().end_object();
}

void write(json::Writer& out, const WhatIf& found) {
  out.member("signals", found.signals).member("asked", found.asked).key("rules").begin_array();
  for (const WhatIf::Rule& rule : found.rules) write(out, rule);
  out.end_array().member("changedSessions", found.changed_sessions).key("examples").begin_array();
  for (const WhatIf::Example& one : found.examples) {
    out.begin_object()
        .member("sessionId", one.session.view())
        .member("trigger", one.trigger)
        .member("at", to_rfc3339(one.at));
    write(out, "was", one.was);
    write(out, "wouldBe", one.would_be);
    out.end_object();
  }
  out.end_array();
}

Response answer(const Request& request, const WhatIfView& view, int while_running) {
  std::string body;
  json::Writer out(body);
  out.begin_object()
      .member("simulationId", view.id.view())
      .member("state", hindsight::to_text(view.state))
      .member("since", to_rfc3339(view.since))
      .member("until", to_rfc3339(view.until))
      .key("progress")
      .real(view.progress);
  out.member("tookMs", static_cast<std::int64_t>(view.took.count()));
  text_or_null(out, "reason", view.reason);
  write(out, view.result ? *view.result : WhatIf{});
  out.member("requestId", request.id.view()).end_object();
  return json_response(view.state == WhatIfState::kRunning ? while_running : 200, std::move(body));
}

Result<Response> answer_or_not_found(const Request& request, const std::optional<WhatIfView>& view) {
  if (!view) return unexpected(not_found("simulation"));
  return answer(request, *view, 200);
}

Result<Response> start(Api& api, Request& request) {
  auto asked = simulation_of(api, request);
  if (!asked) return unexpected(asked.error());
  const Handle handle{request.param("handle")};
  const SimulationId id{make_ulid("sim_", api.clock.now(), api.random)};
  if (auto fault = api.simulations.start(id, std::move(*asked))) return unexpected(std::move(*fault));
  const auto view = api.simulations.wait(handle, id, kAnswerWithin);
  if (!view) return unexpected(not_found("simulation"));
  return answer(request, *view, 202);
}

Result<Response> get(Api& api, Request& request) {
  return answer_or_not_found(
      request, api.simulations.find(Handle{request.param("handle")}, SimulationId{request.param("simulationId")}));
}

// One that has ended stays as it ended.
Result<Response> cancel(Api& api, Request& request) {
  return answer_or_not_found(
      request, api.simulations.cancel(Handle{request.param("handle")}, SimulationId{request.param("simulationId")}));
}

}  // namespace

void add_simulations(Api& api, std::vector<Route>& routes) {
  constexpr std::string_view kOne = "/v2/handles/{handle}/chain-rules/simulations/{simulationId}";
  routes.push_back(control(api, Method::kPost, "/v2/handles/{handle}/chain-rules/simulate",
                           creator("chain.rules.write"), start, "Simulate rules on recorded traffic"));
  routes.back().body_limit = kSimulationBytes;
  routes.push_back(control(api, Method::kGet, kOne, creator("chain.rules.read"), get, "Get a simulation"));
  routes.push_back(control(api, Method::kDelete, kOne, creator("chain.rules.write"), cancel, "Cancel a simulation"));
}

}  // namespace beckon::http
