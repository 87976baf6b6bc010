#include "http/connection.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "http/client_address.h"
#include "http/error.h"
#include "http/response_head.h"
#include "http/running.h"
#include "http/stream.h"
#include "http/text.h"

namespace beckon::http {
namespace {

constexpr std::size_t kFirstBuffer = 4 * 1024;     // of an idle connection; most requests fit
constexpr std::size_t kBodyBuffer = 16 * 1024;     // while a longer body arrives
constexpr std::size_t kKept = 16 * 1024;           // capacity of a string that an idle connection may keep
constexpr std::size_t kHighWater = 64 * 1024;      // unsent bytes beyond which no further request is started
constexpr std::size_t kLingerBytes = 1024 * 1024;  // discarded at most
constexpr std::chrono::seconds kLinger{2};
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// So that ten thousand idle connections do not keep the memory of their largest requests.
void drop_if_large(std::string& text) {
  if (text.capacity() > kKept) std::string().swap(text);
}

}  // namespace

Connection::Connection(std::shared_ptr<IoThread> thread, net::Descriptor socket, const IpAddress& peer)
    : thread_(std::move(thread)),
      transport_(std::move(socket)),
      peer_(peer),
      state_(thread_->shared().options.tls ? State::kHandshake : State::kHead),
      since_(Steady::now()),
      in_(kFirstBuffer) {}

Connection::~Connection() { release_body(); }

bool Connection::is_idle() const { return state_ == State::kHead && begin_ == end_ && out_.empty(); }

void Connection::close() {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  thread_->unwatch(transport_.socket());
  transport_.close();
  if (sink_) sink_->close();
  thread_->remove(*this);
}

void Connection::drain() {
  if (is_idle() || state_ == State::kHandshake) {
    close();
  } else if (state_ == State::kStream) {
    take_stream({});
  }
}

void Connection::on_ready(int, net::EventLoop::Ready ready) {
  if (ready.ended) ended_ = true;
  if (ready.readable) readable_ = true;
  if (writing_ && ready.writable) writable();
  if (readable_ && wants_bytes()) want_turn();
}

void Connection::want_turn() {
  if (turn_ != Turn::kNone || state_ == State::kClosed) return;
  turn_ = Turn::kGiven;
  thread_->give_turn(*this);
}

bool Connection::wants_bytes() const {
  switch (state_) {
    case State::kHandshake:
    case State::kHead:
    case State::kBody: return !writing_ && !held_back_;
    case State::kStream:  // to notice when the client leaves
    case State::kLinger: return true;
    case State::kHandling:
    case State::kClosing:
    case State::kClosed: break;
  }
  return false;
}

void Connection::begin_turn() {
  turn_ = Turn::kUnderWay;
  if (state_ == State::kHandshake) shake_hands();
  if (state_ != State::kHandshake && readable_ && wants_bytes() && out_.empty())
    read();  // the end of the connection comes after its responses
  held_back_ = false;
  while (advance()) {}
}

void Connection::shake_hands() {
  if (!transport_.is_tls()) {
    if (!readable_) return;  // a silent client costs no session
    transport_.begin_tls(thread_->shared().options.tls->session());
  }
  switch (transport_.handshake()) {
    case net::Io::kDone:
      state_ = State::kHead;
      since_ = read_at_ = thread_->turn_began();
      readable_ = true;  // the first request may have come with the end of the handshake
      return;
    case net::Io::kWantRead: readable_ = false; return;
    case net::Io::kWantWrite: wait_writable(); return;
    case net::Io::kEnded:
    case net::Io::kFailed: give_up_handshake(transport_.handshake_fault()); return;
  }
}

void Connection::give_up_handshake(HandshakeFault fault) {
  thread_->shared().metrics.handshake_failed(fault);
  if (fault != HandshakeFault::kPlainHttp) return close();
  transport_.leave_tls();
  readable_ = true;
  forget_request();
  refuse({FaultCode::kInvalidPayload, "This port speaks https: begin the URL with https://."});
}

void Connection::end_turn() {
  if (!writing_) flush();
  turn_ = Turn::kNone;
  if (state_ == State::kClosed) return;
  if (!is_idle()) {
    thread_->set_busy(*this);
  } else if (thread_->is_draining()) {
    close();
  } else {
    thread_->set_idle(*this);
  }
  if (held_back_ ? !writing_ : readable_ && wants_bytes()) want_turn();
}

bool Connection::advance() {
  if (state_ != State::kHead && state_ != State::kBody) return false;
  if (writing_ || out_.size() > kHighWater) {
    held_back_ = true;
    return false;
  }
  return state_ == State::kHead ? advance_head() : advance_body();
}

bool Connection::advance_head() {
  if (begin_ == end_) return false;
  const auto size = find_head_end(unread(), scan_, thread_->limits());
  if (!size) {
    forget_request();
    return refuse(size.error());
  }
  return *size > 0 && take_head(*size);
}

void Connection::forget_request() {
  request_.method = Method::kGet;
  request_.target = request_.path = request_.query = {};
  request_.fields.clear();
  request_.params.clear();
  release_body();
  request_.body.clear();
  request_.route = nullptr;
  if (request_.principal.has_value()) request_.principal.reset();
  request_.client = peer_;
  request_.received = thread_->turn_at();
  thread_->make_request_id(request_.id.text, request_.received);
  framing_ = {};
  scan_ = {};
}

bool Connection::take_head(std::size_t size) {
  forget_request();
  head_.assign(unread().substr(0, size));
  begin_ += size;
  const auto framing = parse_head(head_, request_, thread_->limits());
  identify_client();
  if (!framing) return refuse(framing.error());
  framing_ = *framing;
  close_after_ = !framing_.keep_alive;
  if (auto fault = fault_of_path()) return reject(*fault);
  return begin_body();
}

namespace {

// ^[A-Za-z0-9._-]{1,64}$
bool is_sane_request_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || c == '.' || c == '_' || c == '-';
  });
}

}  // namespace

void Connection::identify_client() {
  if (const auto id = request_.header("x-request-id"); is_sane_request_id(id)) request_.id.text.assign(id);
  const ListenerOptions& options = thread_->shared().options;
  if (options.trusted_proxies.empty()) return;
  std::vector<std::string_view> values;
  for (const Field& field : request_.fields)
    if (equal_ignoring_case(field.name, options.client_header)) values.push_back(field.value);
  request_.client = client_address(peer_, options.trusted_proxies, hop_format(options.client_header), values);
}

std::optional<Fault> Connection::fault_of_path() {
  auto path = look_up(thread_->shared().router, request_);
  allow_ = path.allow;
  body_limit_ = body_limit(request_.route, thread_->limits());
  return std::move(path.fault);
}

FaultCode Connection::too_large() const {
  return request_.route ? request_.route->too_large : FaultCode::kPayloadTooLarge;
}

std::optional<Fault> Connection::fault_of_body() const {
  if (framing_.length > body_limit_) return fault_of_size(request_.route, body_limit_);
  return framing_.has_body() ? fault_of_media_type(request_) : std::nullopt;
}

bool Connection::begin_body() {
  if (!framing_.has_body()) return dispatch();
  // A caller who may not call the route must not send a body, nor learn what is wrong with it.
  auto fault = fault_of_body();
  const bool all_here = !framing_.chunked && unread().size() >= framing_.length;
  if ((fault || !all_here) && request_.route && request_.route->access.who != Access::Who::kPublic) {
    return authorize_before_body(*request_.route, std::move(fault));
  }
  return fault ? reject(*fault) : receive_body();
}

bool Connection::receive_body() {
  state_ = State::kBody;
  since_ = read_at_;
  received_ = 0;
  chunks_.reset();
  if (!framing_.chunked) request_.body.reserve(std::min<std::uint64_t>(framing_.length, kBodyBuffer));
  if (framing_.expects_continue && begin_ == end_) out_ += kContinue;
  return true;
}

bool Connection::advance_body() {
  if (begin_ == end_) return false;
  if (framing_.chunked) {
    const auto used = chunks_.feed(unread(), request_.body, body_limit_);
    if (!used && used.error().code == FaultCode::kPayloadTooLarge) return refuse({too_large(), used.error().message});
    if (!used) return refuse(used.error());
    begin_ += *used;
    received_ += *used;
    if (!keep_body_within_limits()) return true;
    return chunks_.done() ? dispatch() : false;
  }
  const std::string_view part = unread().substr(0, framing_.length - request_.body.size());
  request_.body += part;
  begin_ += part.size();
  received_ += part.size();
  if (!keep_body_within_limits()) return true;
  return request_.body.size() == framing_.length ? dispatch() : false;
}

bool Connection::keep_body_within_limits() {
  const std::size_t size = request_.body.size();
  if (size <= kFirstBuffer) return true;
  if (body_charged_ == 0) body_client_ = body_client();
  const std::size_t more = size - body_charged_;
  body_charged_ = size;
  Shared& shared = thread_->shared();
  const bool in_all = shared.body_bytes.fetch_add(more, std::memory_order_relaxed) + more <= thread_->limits().bodies;
  const bool of_client = shared.body_shares.add(body_client_, more, thread_->limits().bodies_per_client);
  if (in_all && of_client) return true;
  HttpRefusals& refusals = shared.metrics.refusals();
  ++(of_client ? refusals.bodies : refusals.bodies_of_client);
  reject(unavailable("The server is receiving too many large bodies."));
  return false;
}

// The handle in the path, if the caller has a role there; otherwise the client's address, as connections are counted.
std::string Connection::body_client() const {
  const bool is_public = !request_.route || request_.route->access.who == Access::Who::kPublic;
  if (!is_public && !request_.control_line().empty()) return std::string(request_.control_line());
  return request_.client.client().text();
}

void Connection::release_body() {
  if (body_charged_ == 0) return;
  thread_->shared().body_bytes.fetch_sub(body_charged_, std::memory_order_relaxed);
  thread_->shared().body_shares.remove(body_client_, body_charged_);
  body_charged_ = 0;
  std::string().swap(request_.body);
}

void Connection::make_space() {
  if (begin_ == end_) {
    begin_ = end_ = 0;
    const bool large = state_ == State::kBody && (framing_.chunked || framing_.length > kFirstBuffer);
    const std::size_t wanted = large ? kBodyBuffer : kFirstBuffer;
    if (in_.size() != wanted) in_ = std::vector<char>(wanted);
    if (state_ == State::kHead) {
      drop_if_large(request_.body);
      drop_if_large(head_);
    }
  } else if (end_ == in_.size()) {
    if (begin_ > 0) {
      std::memmove(in_.data(), in_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    } else {
      in_.resize(in_.size() * 2);  // bounded: find_head_end() refuses what exceeds the limits
    }
  }
}

void Connection::read() {
  make_space();
  std::size_t size = 0;
  switch (transport_.read({in_.data() + end_, in_.size() - end_}, size)) {
    case net::Io::kDone:
      readable_ = ended_ || !transport_.is_drained();
      take(size);
      return;
    case net::Io::kWantRead: readable_ = false; return;
    case net::Io::kWantWrite:  // TLS must send something first
      readable_ = false;
      wait_writable();
      return;
    case net::Io::kEnded:
    case net::Io::kFailed: close(); return;
  }
}

void Connection::take(std::size_t size) {
  if (state_ == State::kLinger || state_ == State::kStream) {
    received_ += size;  // discarded: `end_` stays
    if (received_ > kLingerBytes) close();
    return;
  }
  read_at_ = thread_->turn_began();
  if (state_ == State::kHead && begin_ == end_) since_ = read_at_;
  if (state_ == State::kBody) request_.received = thread_->turn_at();
  end_ += size;
}

void Connection::flush() {
  while (sent_ < out_.size() && state_ != State::kClosed) {
    std::size_t size = 0;
    switch (transport_.write(std::string_view(out_).substr(sent_), size)) {
      case net::Io::kDone: sent_ += size; break;
      case net::Io::kWantRead:  // impossible without renegotiation
      case net::Io::kWantWrite: wait_writable(); return;
      case net::Io::kEnded:
      case net::Io::kFailed: close(); break;
    }
  }
  if (state_ == State::kClosed) return;
  out_.clear();
  sent_ = 0;
  drop_if_large(out_);
  if (sink_) sink_->set_unsent(0);
  if (state_ == State::kClosing) begin_linger();
}

void Connection::wait_writable() {
  if (sink_) sink_->set_unsent(out_.size() - sent_);
  writing_ = true;
  write_since_ = Steady::now();
}

void Connection::writable() {
  writing_ = false;
  if (transport_.is_tls()) readable_ = true;  // a read may have waited for this
  if (state_ != State::kHandling && state_ != State::kHandshake) since_ = read_at_ = Steady::now();
  want_turn();
}

void Connection::begin_linger() {
  if (!transport_.finish()) return wait_writable();
  state_ = State::kLinger;
  since_ = Steady::now();
  received_ = 0;
  begin_ = end_ = 0;
}

void Connection::sweep(Steady::time_point now) {
  const HttpLimits& limits = thread_->limits();
  if (state_ == State::kHandshake) {  // for the whole handshake, whichever side is slow
    if (now - since_ > limits.handshake) give_up_handshake(HandshakeFault::kTimeout);
    return;
  }
  if (writing_) {
    if (now - write_since_ > limits.write_stall) close();
    return;
  }
  const auto waited = now - since_;
  switch (state_) {
    case State::kHead:
      if (begin_ == end_) {
        if (waited > limits.idle) close();
      } else if (waited > limits.head) {
        forget_request();
        refuse({FaultCode::kRequestTimeout, "The request header arrived too slowly."});
      }
      return;
    case State::kBody: {
      if (waited <= limits.body_grace) return;
      const double seconds = std::chrono::duration<double>(waited).count();
      if (static_cast<double>(received_) < seconds * static_cast<double>(limits.body_rate)) {
        refuse({FaultCode::kRequestTimeout, "The request body arrived too slowly."});
      } else {
        since_ = now;  // early bytes give no credit for later
        received_ = 0;
      }
      return;
    }
    case State::kLinger:
      if (waited > kLinger) close();
      return;
    case State::kHandshake:
    case State::kHandling:
    case State::kStream:
    case State::kClosing:
    case State::kClosed: return;
  }
}

}  // namespace beckon::http
