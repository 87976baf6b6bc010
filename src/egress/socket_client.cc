#include "egress/socket_client.h"

#include <algorithm>

#include "base/check.h"
#include "egress/request_head.h"
#include "egress/retry_after.h"
#include "system/log.h"

namespace beckon::egress {
namespace {

constexpr std::size_t kSpareExchanges = 256;  // kept with their buffers for later requests, some KiB each

// The next address is tried when the last one has failed, or after this: RFC 8305 section 5.
constexpr std::chrono::milliseconds kNextAddress{250};

Peer peer_of(const HttpRequest& request) {
  const Url& url = request.target.url;
  return {.scheme = url.scheme, .port = url.port, .address = request.addresses.front(), .host = url.host};
}

void append_header(std::string& text, std::string_view name, std::string_view value) {
  text.append(name).append(value.empty() ? ":" : ": ").append(value).append("\r\n");
}

// The whole request, as in RFC 9112. Names and values are sendable (guard.h), so none contains a line end.
void write_request(const HttpRequest& request, std::string& text) {
  const Url& url = request.target.url;
  const std::size_t size = request.body ? request.body->size() : 0;
  text.clear();
  text.reserve(1024 + size);
  text.append(method_name(request.method)).append(" ").append(url.target).append(" HTTP/1.1\r\n");
  write_fields(request.method, url, request.headers, request.body ? std::optional(size) : std::nullopt,
               [&](std::string_view name, std::string_view value) { append_header(text, name, value); });
  text.append("\r\n");
  if (request.body) text.append(*request.body);
}

}  // namespace

// One request, from its start until its completion: connecting, the handshake, and then writing and reading in
// parallel, because a response may come before the request is completely written. A refusal ends the exchange then, as
// nobody wants the rest; after a 2xx the rest is still written, since unwritten data was not delivered.
class SocketClient::Exchange final : EventLoop::Watcher {
 public:
  explicit Exchange(SocketClient& client) : client_(client) {}
  ~Exchange() override { drop(); }

  void begin(Ticket ticket, HttpRequest request, Completion completion);
  // Closes the connection and forgets the request; the exchange may be used for another.
  void drop();

  Ticket ticket() const { return ticket_; }
  Completion take_completion() { return std::move(completion_); }
  Answer take_answer();

 private:
  enum class Phase : std::uint8_t { kConnecting, kHandshaking, kExchanging, kEnded };
  using Io = Stream::Io;
  using State = AnswerReader::State;

  void on_ready(int fd, EventLoop::Ready ready) override;
  bool take_pooled();
  void open_next();
  void connected(int fd);
  void close_racing();
  void shake();
  void write_on();
  void read_on();
  void watch(bool read, bool write) { client_.loop_.watch(stream_->fd(), read, write, *this); }
  bool wrote_all() const { return written_ == text_.size(); }
  bool is_refused_early() const { return !wrote_all() && answer_.status / 100 != 2; }
  void answered();
  void finish();
  Trouble lateness() const;
  void refuse(Refusal refusal);
  void end(Trouble trouble);
  void conclude();
  void start_timer(std::optional<EventLoop::Timer>& timer, Duration wait);
  void stop_timer(std::optional<EventLoop::Timer>& timer);
  std::chrono::microseconds elapsed() const;

  SocketClient& client_;
  Phase phase_ = Phase::kEnded;
  Ticket ticket_ = 0;
  HttpRequest request_;
  Peer peer_;
  Completion completion_;
  std::unique_ptr<Stream> stream_;
  std::vector<std::pair<IpAddress, std::unique_ptr<Stream>>> racing_;  // connecting: the first to connect is used
  std::size_t tried_ = 0;                                              // number of addresses tried
  Trouble unconnected_ = Trouble::kConnectFailed;                      // of the last failed address
  bool pooled_ = false;                                                // the connection was used before
  std::string text_;                                                   // of the request
  std::size_t written_ = 0;
  bool unwritable_ = false;  // the peer accepts no more of it
  bool answered_ = false;    // the response is read as far as needed, and only the rest of the request is pending
  AnswerReader reader_;
  Answer answer_;  // filled in while reading
  SteadyTime started_;
  std::optional<EventLoop::Timer> connect_timer_, next_timer_, whole_timer_;
};

std::chrono::microseconds SocketClient::Exchange::elapsed() const {
  const auto spent = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - started_);
  return std::max(spent, std::chrono::microseconds{1});  // 0 stands for a phase that did not take place
}

void SocketClient::Exchange::begin(Ticket ticket, HttpRequest request, Completion completion) {
  ticket_ = ticket;
  request_ = std::move(request);
  peer_ = peer_of(request_);
  completion_ = std::move(completion);
  started_ = std::chrono::steady_clock::now();
  answer_ = Answer{};
  tried_ = 0;
  reader_.begin(answer_, client_.settings_.limits.header_bytes, request_.body_bytes, request_.kept_bytes);
  write_request(request_, text_);
  start_timer(whole_timer_, request_.whole);
  written_ = 0;
  unwritable_ = answered_ = false;
  pooled_ = take_pooled();
  if (!pooled_) return open_next();
  phase_ = Phase::kExchanging;
  answer_.connected = true;
  answer_.latency.sent = elapsed();
  write_on();
}

void SocketClient::Exchange::start_timer(std::optional<EventLoop::Timer>& timer, Duration wait) {
  timer = client_.loop_.at(std::chrono::steady_clock::now() + wait, [this, &timer] {
    timer.reset();
    end(lateness());
  });
}

Trouble SocketClient::Exchange::lateness() const {
  if (phase_ == Phase::kConnecting) return Trouble::kConnectTimeout;
  if (phase_ == Phase::kHandshaking) return Trouble::kHandshakeTimeout;
  if (!wrote_all()) return Trouble::kRequestTimeout;
  return reader_.has_head() ? Trouble::kBodyTimeout : Trouble::kResponseTimeout;
}

void SocketClient::Exchange::stop_timer(std::optional<EventLoop::Timer>& timer) {
  if (timer) client_.loop_.cancel(*timer);
  timer.reset();
}

bool SocketClient::Exchange::take_pooled() {
  for (const IpAddress& address : request_.addresses) {
    answer_.remote = peer_.address = address;
    stream_ = client_.pool_.take(peer_);
    if (stream_) return true;
  }
  return false;
}

// Rule 6 of safety.md section 1: checks the same address once more, as the socket opens.
void SocketClient::Exchange::open_next() {
  phase_ = Phase::kConnecting;
  stop_timer(next_timer_);
  while (tried_ < request_.addresses.size()) {
    const IpAddress& address = request_.addresses[tried_++];
    answer_.remote = address;
    if (const auto refusal = client_.refusal_of(request_, address)) return refuse(*refusal);
    auto stream = std::make_unique<Stream>();
    if (stream->open(address, request_.target.url.port) == Io::kFailed) {
      unconnected_ = stream->trouble();
      continue;
    }
    client_.loop_.watch(stream->fd(), false, true, *this);
    racing_.emplace_back(address, std::move(stream));
    stop_timer(connect_timer_);
    start_timer(connect_timer_, std::min(request_.connect, request_.whole));
    if (tried_ < request_.addresses.size())
      next_timer_ = client_.loop_.at(std::chrono::steady_clock::now() + kNextAddress, [this] {
        next_timer_.reset();
        open_next();
      });
    return;
  }
  if (racing_.empty()) end(unconnected_);
}

void SocketClient::Exchange::on_ready(int fd, EventLoop::Ready) {
  switch (phase_) {
    case Phase::kConnecting: return connected(fd);
    case Phase::kHandshaking: return shake();
    case Phase::kExchanging:
      if (answered_) return write_on();
      if (!wrote_all() && !unwritable_) write_on();
      return read_on();
    case Phase::kEnded: return;
  }
}

void SocketClient::Exchange::connected(int fd) {
  const auto found = std::ranges::find(racing_, fd, [](const auto& each) { return each.second->fd(); });
  CHECK(found != racing_.end());
  auto [address, stream] = std::move(*found);
  racing_.erase(found);
  if (stream->connected() == Io::kFailed) {
    client_.loop_.unwatch(fd);
    unconnected_ = stream->trouble();
    return open_next();
  }
  close_racing();
  stream_ = std::move(stream);
  answer_.remote = peer_.address = address;
  answer_.connected = true;
  answer_.latency.connected = elapsed();
  phase_ = Phase::kHandshaking;
  shake();
}

void SocketClient::Exchange::close_racing() {
  stop_timer(next_timer_);
  for (const auto& [address, stream] : racing_) client_.loop_.unwatch(stream->fd());
  racing_.clear();
}

void SocketClient::Exchange::shake() {
  if (request_.target.url.scheme == Scheme::kHttps) {
    const auto step = stream_->handshake(client_.trust(), request_.target.url);
    if (step == Io::kWantRead || step == Io::kWantWrite) return watch(step == Io::kWantRead, step == Io::kWantWrite);
    if (step != Io::kDone) {
      const bool hung_up = step == Io::kEnded || outcome_of(stream_->trouble()) != Outcome::kTls;
      const auto why = stream_->was_asked_for_certificate() ? Trouble::kClientCertificate : Trouble::kHandshakeClosed;
      return end(hung_up ? why : stream_->trouble());
    }
    answer_.latency.tls = elapsed();
  }
  stop_timer(connect_timer_);
  phase_ = Phase::kExchanging;
  answer_.latency.sent = elapsed();
  write_on();
}

void SocketClient::Exchange::write_on() {
  while (!wrote_all() && !unwritable_) {
    std::size_t size = 0;
    const auto done = stream_->write(std::string_view(text_).substr(written_), size);
    written_ += size;
    if (done == Io::kDone) continue;
    if (done == Io::kWantWrite || done == Io::kWantRead)
      return watch(!answered_ || done == Io::kWantRead, done == Io::kWantWrite);
    unwritable_ = true;  // what the peer has sent before may still be read
  }
  if (answered_) return finish();
  watch(true, false);
}

void SocketClient::Exchange::read_on() {
  auto& buffer = client_.buffer_;
  for (;;) {
    std::size_t size = 0;
    const auto done = stream_->read(buffer, size);
    if (done == Io::kWantRead || done == Io::kWantWrite)
      return watch(true, done == Io::kWantWrite || (!wrote_all() && !unwritable_));
    if (size > 0 && !reader_.began()) answer_.latency.first_byte = elapsed();
    auto state = State::kBroken;
    if (done == Io::kDone)
      state = reader_.feed({buffer.data(), size});
    else if (done == Io::kEnded)
      state = reader_.end();
    switch (state) {
      case State::kWhole:
      case State::kEnough: return answered();
      case State::kBroken: return end(done == Io::kFailed ? stream_->trouble() : reader_.trouble());
      case State::kMore: break;
    }
    if (size < buffer.size() && !stream_->has_unread()) return;
  }
}

void SocketClient::Exchange::answered() {
  if (wrote_all() || unwritable_ || is_refused_early()) return finish();
  answered_ = true;
  watch(false, true);
}

void SocketClient::Exchange::finish() {
  if (!wrote_all() && !is_refused_early()) return end(Trouble::kRequestUnread);
  const bool again = wrote_all() && reader_.reusable() && !stream_->has_unread() && client_.is_current(request_.policy);
  if (again) client_.pool_.put(peer_, std::move(stream_));
  end(Trouble::kNone);
}

void SocketClient::Exchange::refuse(Refusal refusal) {
  answer_.outcome = Outcome::kRefused;
  answer_.refusal = refusal;
  conclude();
}

void SocketClient::Exchange::end(Trouble trouble) {
  const bool counts = reader_.has_head() && (wrote_all() || is_refused_early());
  if (counts && outcome_of(trouble) != Outcome::kStatus) trouble = Trouble::kBodyBroken;
  if (!counts && outcome_of(trouble) == Outcome::kStatus) trouble = Trouble::kRequestUnread;
  answer_.trouble = trouble;
  answer_.outcome = outcome_of(trouble);
  reader_.keep_partial_head();
  // A connection that died silently, as when its machine was replaced, is rarely the only one.
  if (pooled_ && answer_.outcome != Outcome::kStatus) client_.pool_.drop(peer_);
  conclude();
}

void SocketClient::Exchange::conclude() {
  answer_.latency.total = elapsed();
  phase_ = Phase::kEnded;
  client_.complete(*this);
}

Answer SocketClient::Exchange::take_answer() {
  if (const auto* wait = answer_.header("retry-after"))
    answer_.retry_after = parse_retry_after(*wait, client_.clock_.now());
  return std::move(answer_);
}

void SocketClient::Exchange::drop() {
  stop_timer(connect_timer_);
  stop_timer(whole_timer_);
  close_racing();
  if (stream_) client_.loop_.unwatch(stream_->fd());
  stream_.reset();
  request_ = {};
  completion_ = nullptr;
  phase_ = Phase::kEnded;
}

SocketClient::SocketClient(EventLoop& loop, const Clock& clock, ClientSettings settings)
    : loop_(loop),
      clock_(clock),
      settings_(std::move(settings)),
      ca_files_({settings_.ca_file, settings_.extra_ca_file}, settings_.watch_each),
      pool_(loop, settings_.limits) {}

SocketClient::~SocketClient() = default;

HttpClient::Ticket SocketClient::start(HttpRequest request, Completion completion) {
  CHECK(!request.addresses.empty() && (!settings_.guarded || request.policy != nullptr));
  keep_policy(request.policy);
  renew_trust();
  const auto ticket = next_++;
  Exchange& exchange = *running_.emplace(ticket, take_spare()).first->second;
  starting_ = true;
  exchange.begin(ticket, std::move(request), std::move(completion));
  starting_ = false;
  return ticket;
}

std::optional<Refusal> SocketClient::refusal_of(const HttpRequest& request, const IpAddress& address) {
  if (!settings_.guarded) return std::nullopt;
  auto policy = *request.policy;
  const auto& own = own_.now();
  policy.own.insert(policy.own.end(), own.begin(), own.end());
  return judge(address, request.target, policy);
}

// Closes pooled connections that another set of authorities admitted. An unreadable file, perhaps half written, does
// not replace what was read before.
void SocketClient::renew_trust() {
  if (!ca_files_.changed() || !trust_) return;
  auto read = std::make_unique<Trust>(settings_.ca_file, settings_.extra_ca_file);
  if (!read->is_complete()) return;
  trust_ = std::move(read);
  pool_.clear();
  log::info("ca_files_read_again");
}

const Trust& SocketClient::trust() {
  if (!trust_) trust_ = std::make_unique<Trust>(settings_.ca_file, settings_.extra_ca_file);
  return *trust_;
}

void SocketClient::cancel(Ticket ticket) { running_.erase(ticket); }

void SocketClient::poll(Duration at_most) {
  loop_.poll(ended_.empty() ? at_most : Duration{0});
  for (const Ticket ticket : std::exchange(ended_, {}))
    if (const auto found = running_.find(ticket); found != running_.end()) complete(*found->second);
}

// Closes connections made under another policy; those in use, after their response.
void SocketClient::keep_policy(const PolicySnapshot& policy) {
  if (!is_current(policy)) pool_.clear();
  policy_ = policy;
}

bool SocketClient::is_current(const PolicySnapshot& policy) const {
  return policy == policy_ || (policy_ && *policy == *policy_);
}

std::unique_ptr<SocketClient::Exchange> SocketClient::take_spare() {
  if (spare_.empty()) return std::make_unique<Exchange>(*this);
  auto exchange = std::move(spare_.back());
  spare_.pop_back();
  return exchange;
}

void SocketClient::complete(Exchange& exchange) {
  if (starting_) return ended_.push_back(exchange.ticket());
  auto node = running_.extract(exchange.ticket());
  auto completion = exchange.take_completion();
  auto answer = exchange.take_answer();
  exchange.drop();
  if (spare_.size() < kSpareExchanges) spare_.push_back(std::move(node.mapped()));
  completion(std::move(answer));
}

}  // namespace beckon::egress
