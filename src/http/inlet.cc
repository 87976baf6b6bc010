#include "http/inlet.h"

#include <thread>

#include "base/check.h"
#include "http/error.h"
#include "http/io_thread.h"
#include "http/running.h"

namespace beckon::http {
namespace {

constexpr std::chrono::milliseconds kLook{1};

class Inside {
 public:
  explicit Inside(std::atomic<std::size_t>& count) : count_(count) { ++count_; }
  ~Inside() { --count_; }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

 private:
  std::atomic<std::size_t>& count_;
};

}  // namespace

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

Inlet::Inlet(ListenerOptions options, const Router& router, const Clock& clock, HttpMetrics& metrics)
    : shared_(std::make_shared<Shared>(std::move(options), router, clock, metrics)) {}

Inlet::~Inlet() {
  if (!closed_) close(std::chrono::milliseconds{0});
}

bool Inlet::take(std::shared_ptr<Request> request, Steady::time_point deadline, Respond& respond) {
  const Inside inside(inside_);
  if (closing_) return false;
  const bool has_room = enter(*shared_);
  Request& of = *request;
  Respond answer = Answer{shared_from_this(), std::move(request), std::move(respond)};
  if (has_room)
    run(of, deadline, std::move(answer));
  else
    answer(to_response(unavailable(kOverloaded), of.id));
  return true;
}

void Inlet::close(std::chrono::milliseconds patience) {
  const auto until = Steady::now() + patience;
  closing_ = true;
  while ((inside_ > 0 || shared_->in_flight > 0) && Steady::now() < until) std::this_thread::sleep_for(kLook);
  closed_ = true;
  while (inside_ > 0) std::this_thread::sleep_for(kLook);  // no handler blocks there
  shared_->control.stop();
}

std::size_t Inlet::control_waiting() const { return shared_->control.waiting(); }

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
  const Inside inside(inside_);
  leave(*shared_);
  if (closed_ || response.status == kElsewhere) return;  // if closed, routes and hooks may be gone
  decorate(*shared_, request, response);
  count(*shared_, request, response, took);
  response.is_counted = true;
  if (!response.stream) return;
  // It begins on another thread, maybe when this server has ended.
  response.stream = [inlet = shared_from_this(), begin = std::move(response.stream)](Stream stream) mutable {
    const Inside guard(inlet->inside_);
    if (inlet->closed_) return stream.close();
    begin(std::move(stream));
  };
}

}  // namespace beckon::http
