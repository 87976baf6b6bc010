// The half of a connection that dispatches requests and receives their responses.
#include "base/check.h"
#include "http/connection.h"
#include "http/error.h"
#include "http/head.h"
#include "http/response_head.h"
#include "http/running.h"
#include "http/stream.h"
#include "system/log.h"

namespace beckon::http {
namespace {

// What a Respond holds. Small enough to be stored inside it.
class Reply {
 public:
  explicit Reply(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}
  Reply(Reply&&) noexcept = default;
  Reply& operator=(Reply&&) = delete;
  ~Reply() {
    if (connection_) connection_->answer_failed();
  }

  void operator()(Response&& response) {
    const auto connection = std::move(connection_);
    CHECK(connection && "a request was answered twice");
    connection->answer(std::move(response));
  }

 private:
  std::shared_ptr<Connection> connection_;
};

}  // namespace

bool Connection::dispatch() {
  state_ = State::kHandling;
  since_ = read_at_;
  if (!request_.route) {
    preflight();
    return true;
  }
  if (count_in_flight()) run(thread_->shared(), request_, Respond{Reply{shared_from_this()}});
  return true;
}

std::string_view Request::control_line() const {
  return params.empty() ? std::string_view{} : std::string_view{params.front().second};
}

bool Connection::may_wait_for_control() {
  if (http::may_wait_for_control(thread_->shared(), request_)) return true;
  turn_away(kHandleWaits);
  return false;
}

bool Connection::count_in_flight() {
  counted_ = true;
  if (enter(thread_->shared())) return true;
  turn_away(kOverloaded);
  return false;
}

void Connection::turn_away(const char* why) {
  if (state_ != State::kHandling) {  // the body is still to come
    reject(unavailable(why));
  } else {
    deliver(to_response(unavailable(why), request_.id));
  }
}

void Connection::end_in_flight() {
  if (!std::exchange(counted_, false)) return;
  leave(thread_->shared());
}

// In kHandling, so that nothing else reads or changes the request. It is authorized again after its body has arrived: a
// role may end meanwhile.
bool Connection::authorize_before_body(const Route& route, std::optional<Fault> of_body) {
  if (route.access.who == Access::Who::kPat) {
    auto fault = authorize(thread_->shared().router.hooks(), route, request_);
    if (!fault) fault = std::move(of_body);
    return fault ? reject(*fault) : receive_body();
  }
  if (!count_in_flight() || !may_wait_for_control()) return true;
  Shared& shared = thread_->shared();
  state_ = State::kHandling;
  run_when_authorizable(shared.control, shared.router.hooks(), request_,
                        [&hooks = shared.router.hooks(), &route, connection = shared_from_this(),
                         of_body = std::move(of_body)]() mutable {
                          auto fault = authorize(hooks, route, connection->request_);
                          if (!fault) fault = std::move(of_body);
                          connection->thread_->mail({connection, BodyAllowed{std::move(fault)}});
                        });
  return true;
}

void Connection::preflight() {
  if (const Preflight& hook = thread_->shared().router.hooks().preflight) {
    hook(request_, *allow_, Respond{Reply{shared_from_this()}});
  } else {
    deliver({.status = 204, .headers = {{"allow", *allow_}}});
  }
}

bool Connection::refuse(const Refusal& refusal) {
  close_after_ = true;
  state_ = State::kHandling;
  deliver(to_response({.code = refusal.code, .message = refusal.message}, request_.id));
  return true;
}

bool Connection::reject(const Fault& fault) {
  if (framing_.has_body()) close_after_ = true;
  state_ = State::kHandling;
  since_ = read_at_;
  Response response = to_response(fault, request_.id);
  if (fault.code == FaultCode::kMethodNotAllowed) response.headers.emplace_back("allow", *allow_);
  deliver(std::move(response));
  return true;
}

void Connection::answer(Response&& response) {
  if (thread_->is_here()) {
    deliver(std::move(response));
  } else {
    thread_->mail({shared_from_this(), std::move(response)});
  }
}

void Connection::answer_failed() { answer(to_response(internal_error(), request_.id)); }

void Connection::receive(Mail&& mail) {
  if (auto* response = std::get_if<Response>(&mail.what)) {
    deliver(std::move(*response));
  } else if (auto* allowed = std::get_if<BodyAllowed>(&mail.what)) {
    end_in_flight();
    if (state_ == State::kClosed) return;
    if (allowed->fault) {
      reject(*allowed->fault);
    } else {
      read_at_ = Steady::now();
      receive_body();
      want_turn();
    }
  } else {
    take_stream(std::move(std::get<std::string>(mail.what)));
  }
}

void Connection::deliver(Response&& response) {
  end_in_flight();
  if (state_ == State::kClosed) return;
  CHECK(state_ == State::kHandling);
  decorate(thread_->shared(), request_, response);
  if (thread_->is_retiring() || response.stream) close_after_ = true;
  const ResponseFrame frame{.request_id = request_.id.view(),
                            .date_line = thread_->date_line(request_.received),
                            .security_line = security_line(),
                            .keep_alive = !close_after_,
                            .is_http_1_0 = framing_.is_http_1_0,
                            .without_body = request_.method == Method::kHead};
  append_response(out_, response, frame);
  const auto now = Steady::now();
  count(thread_->shared(), request_, response, std::chrono::duration_cast<std::chrono::microseconds>(now - since_));
  since_ = read_at_ = now;  // bytes read in advance count from now
  state_ = close_after_ ? State::kClosing : State::kHead;
  release_body();
  if (response.stream && !frame.without_body) begin_stream(std::move(response.stream));
  want_turn();
}

std::string_view Connection::security_line() const {
  const std::string& line = thread_->shared().security_line;
  return !line.empty() && transport_.is_tls() && is_public_name(request_.header("host")) ? line : std::string_view{};
}

void Connection::begin_stream(std::move_only_function<void(Stream)> stream) {
  state_ = State::kStream;
  received_ = 0;
  begin_ = end_ = 0;
  sink_ = std::make_shared<ConnectionSink>(weak_from_this(), thread_->limits().stream_backlog);
  stream(Stream(sink_));
}

void Connection::take_stream(std::string&& piece) {
  if (sink_) sink_->taken(piece.size());
  if (state_ != State::kStream) return;
  if (piece.empty()) {
    state_ = State::kClosing;
    sink_->close();
  } else {
    out_.erase(0, sent_);
    sent_ = 0;
    out_ += piece;
  }
  if (!writing_) want_turn();
}

bool ConnectionSink::write(std::string bytes) {
  if (!open_) return false;
  if (bytes.empty()) return true;
  const auto connection = connection_.lock();
  if (!connection || mailed_ + unsent_ + bytes.size() > limit_) return false;
  mailed_ += bytes.size();
  connection->thread().mail({connection, std::move(bytes)});
  return true;
}

void ConnectionSink::end() {
  if (const auto connection = connection_.lock()) connection->thread().mail({connection, std::string()});
}

bool Stream::write(std::string bytes) const { return sink_ && sink_->write(std::move(bytes)); }

bool Stream::is_open() const { return sink_ && sink_->is_open(); }

void Stream::close() const {
  if (sink_) sink_->end();
}

}  // namespace beckon::http
