#include "http/inlet.h"

#include "base/check.h"
#include "http/error.h"
#include "http/io_thread.h"
#include "http/response_head.h"
#include "http/running.h"
#include "system/log.h"

namespace beckon::http {

// What the handler's Respond holds: whatever it does with it, the request is answered once.
class Inlet::Answer {
 public:
  Answer(std::shared_ptr<Inlet> inlet, std::shared_ptr<Request> request, Respond respond)
      : inlet_(std::move(inlet)), request_(std::move(request)), respond_(std::move(respond)) {}
  Answer(Answer&&) noexcept = default;
  Answer& operator=(Answer&&) = delete;
  ~Answer() {
    if (inlet_) (*this)(inlet_->failed(*request_));
  }

  void operator()(Response&& response) {
    const auto inlet = std::move(inlet_);
    CHECK(inlet && "a request was answered twice");
    inlet->finish(*request_, response, std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - began_));
    respond_(std::move(response));
  }

 private:
  std::shared_ptr<Inlet> inlet_;
  std::shared_ptr<Request> request_;
  Respond respond_;
  Steady::time_point began_ = Steady::now();
};

void Inlet::take(std::shared_ptr<Request> request, Steady::time_point deadline, Respond respond) {
  if (closed_) return respond(failed(*request));
  const bool has_room = shared_->in_flight.fetch_add(1, std::memory_order_relaxed) < shared_->options.limits.in_flight;
  Respond answer = Answer{shared_from_this(), request, std::move(respond)};
  if (!has_room) {
    ++shared_->metrics.refusals().in_flight;
    return answer(to_response(unavailable("The server is overloaded."), request->id));
  }
  run(request, deadline, std::move(answer));
}

void Inlet::run(const std::shared_ptr<Request>& request, Steady::time_point deadline, Respond respond) {
  const Hooks& hooks = shared_->router.hooks();
  request->control = &shared_->control;
  const auto refuse = [&](const Fault& fault) { respond(to_response(fault, request->id)); };
  const LookedUp path = look_up(shared_->router, *request);
  if (path.fault) {
    Response response = to_response(*path.fault, request->id);
    if (path.fault->code == FaultCode::kMethodNotAllowed) response.headers.emplace_back("allow", *path.allow);
    return respond(std::move(response));
  }
  if (!request->route) {
    if (hooks.preflight) return hooks.preflight(*request, *path.allow, std::move(respond));
    return respond({.status = 204, .headers = {{"allow", *path.allow}}});
  }
  const Route& route = *request->route;
  if (const auto fault = admit(hooks, route)) return refuse(*fault);
  std::optional<Fault> of_body;
  if (const std::size_t most = body_limit(&route, shared_->options.limits); request->body.size() > most)
    of_body = fault_of_size(&route, most);
  else if (!request->body.empty())
    of_body = fault_of_media_type(*request);
  if (route.access.who == Access::Who::kPublic || route.access.who == Access::Who::kPat) {
    if (const auto fault = authorize(hooks, route, *request)) return refuse(*fault);
    if (of_body) return refuse(*of_body);
    if (route.run == Run::kInline) return handle(route, *request, std::move(respond));
  }
  if (shared_->control.waiting(request->control_line()) >= shared_->options.limits.waiting_per_handle) {
    ++shared_->metrics.refusals().control_of_handle;
    return refuse(unavailable("Too many requests for this handle are waiting."));
  }
  run_when_authorizable(
      shared_->control, hooks, *request,
      [&hooks, &route, request, deadline, of_body = std::move(of_body), respond = std::move(respond)]() mutable {
        if (Steady::now() > deadline)
          return respond(to_response(unavailable("The request has waited for too long."), request->id));
        auto fault = authorize(hooks, route, *request);
        if (!fault) fault = std::move(of_body);
        if (fault) return respond(to_response(*fault, request->id));
        handle(route, *request, std::move(respond));
      });
}

Response Inlet::failed(const Request& request) const {
  return to_response(closed_ ? unavailable("The server is shutting down.") : internal_error(), request.id);
}

void Inlet::finish(Request& request, Response& response, std::chrono::microseconds took) {
  shared_->in_flight.fetch_sub(1, std::memory_order_relaxed);
  if (closed_) return;  // routes and hooks may be gone
  if (const Decorate& decorate = shared_->router.hooks().decorate) decorate(request, response);
  if (!has_clean_headers(response)) {
    log::error("malformed_answer").add("id", request.id.view());
    response = to_response(internal_error(), request.id);
  }
  shared_->metrics.answered(request.route, response.status, took);
  if (response.limit) shared_->metrics.limited(*response.limit);
  log_request(shared_->options.request_log, request, response, took);
}

}  // namespace beckon::http
