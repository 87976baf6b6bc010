#include "http/inlet.h"

#include "base/check.h"
#include "http/error.h"
#include "http/io_thread.h"
#include "http/running.h"

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
  const bool has_room = enter(*shared_);
  Respond answer = Answer{shared_from_this(), request, std::move(respond)};
  if (!has_room) return answer(to_response(unavailable(kOverloaded), request->id));
  run(*request, deadline, std::move(answer));
}

void Inlet::run(Request& request, Steady::time_point deadline, Respond respond) {
  const LookedUp path = look_up(shared_->router, request);
  if (path.fault) {
    Response response = to_response(*path.fault, request.id);
    if (path.fault->code == FaultCode::kMethodNotAllowed) response.headers.emplace_back("allow", *path.allow);
    return respond(std::move(response));
  }
  if (!request.route) {
    if (const Preflight& hook = shared_->router.hooks().preflight)
      return hook(request, *path.allow, std::move(respond));
    return respond({.status = 204, .headers = {{"allow", *path.allow}}});
  }
  std::optional<Fault> of_body;
  if (const std::size_t most = body_limit(request.route, shared_->options.limits); request.body.size() > most)
    of_body = fault_of_size(request.route, most);
  else if (!request.body.empty())
    of_body = fault_of_media_type(request);
  http::run(*shared_, request, std::move(respond), std::move(of_body), deadline);
}

Response Inlet::failed(const Request& request) const {
  return to_response(closed_ ? unavailable("The server is shutting down.") : internal_error(), request.id);
}

void Inlet::finish(Request& request, Response& response, std::chrono::microseconds took) {
  leave(*shared_);
  if (closed_) return;  // routes and hooks may be gone
  decorate(*shared_, request, response);
  count(*shared_, request, response, took);
}

}  // namespace beckon::http
