#include "node/forwarder.h"

#include <algorithm>
#include <iterator>

#include "http/error.h"
#include "node/carried.h"
#include "system/log.h"

namespace beckon::node {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kSweepEvery{100};
constexpr std::chrono::milliseconds kHurried{10};       // between turns while requests wait for an owner
constexpr std::chrono::milliseconds kAfterRefusal{20};  // until the node that has refused requests is asked again
constexpr std::size_t kMostEarly = 256 * 1024;          // bytes of a stream whose head is not written yet

Fault fault_of(Forwarded why) {
  switch (why) {
    case Forwarded::kFull: return unavailable("Too many requests wait for the node that owns this data.");
    case Forwarded::kLate: return unavailable("The node that owns this data has not answered in time.");
    case Forwarded::kCut: return unavailable("The connection to the node that owns this data has ended.");
    case Forwarded::kAnswered:
    case Forwarded::kNoOwner:
    case Forwarded::kRefused: break;
  }
  return unavailable("No node owns this data at the moment; another one is taking over.");
}

}  // namespace

std::string_view to_text(Forwarded result) {
  switch (result) {
    case Forwarded::kAnswered: return "answered";
    case Forwarded::kNoOwner: return "no_owner";
    case Forwarded::kFull: return "full";
    case Forwarded::kRefused: return "refused";
    case Forwarded::kCut: return "cut";
    case Forwarded::kLate: return "late";
  }
  return "";
}

// Pieces on their way from the owner to a client, whose connection begins the stream on a thread of its own.
struct Forwarder::Relay {
  // False if the client has gone, or is too slow.
  bool write(std::string_view piece) {
    const std::lock_guard lock(mutex);
    if (gone) return false;
    if (begun) return stream.write(std::string(piece));
    early += piece;
    return early.size() <= kMostEarly;
  }
  void end() {
    const std::lock_guard lock(mutex);
    ended = true;
    if (begun) stream.close();
  }
  void begin(http::Stream to) {
    const std::lock_guard lock(mutex);
    stream = std::move(to);
    begun = true;
    if (!early.empty() && !stream.write(std::exchange(early, {}))) gone = true;
    if (ended) stream.close();
  }
  void leave() {
    const std::lock_guard lock(mutex);
    if (!begun) gone = true;
  }

  std::mutex mutex;
  http::Stream stream;
  std::string early;
  bool begun = false, ended = false, gone = false;
};

namespace {

// What the connection calls to begin the stream; dropped without a call if the client has left before.
template <class Relay>
class Beginning {
 public:
  explicit Beginning(std::shared_ptr<Relay> relay) : relay_(std::move(relay)) {}
  Beginning(Beginning&&) noexcept = default;
  Beginning& operator=(Beginning&&) = delete;
  ~Beginning() {
    if (relay_) relay_->leave();
  }
  void operator()(http::Stream stream) { relay_->begin(std::move(stream)); }

 private:
  std::shared_ptr<Relay> relay_;
};

}  // namespace

Forwarder::Forwarder(std::shared_ptr<const Credentials> credentials, Limits limits, std::function<void()> owner_gone)
    : credentials_(std::move(credentials)),
      limits_(limits),
      owner_gone_(std::move(owner_gone)),
      gone_at_(std::chrono::steady_clock::now()),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Forwarder::~Forwarder() {
  thread_.request_stop();
  loop_.wake();
  thread_.join();
  for (Waiting& one : queue_) fail(std::move(one), Forwarded::kNoOwner);
}

void Forwarder::aim(std::string address, std::string incarnation) {
  const std::lock_guard lock(mutex_);
  if (aimed_address_ == address && aimed_incarnation_ == incarnation) return;
  aimed_address_ = std::move(address);
  aimed_incarnation_ = std::move(incarnation);
  aimed_ = true;
  loop_.wake();
}

void Forwarder::forward(const http::Request& request, http::Respond respond) {
  const auto refuse = [&](Forwarded why) {
    ++counts_[static_cast<std::size_t>(why)];
    respond(http::to_response(fault_of(why), request.id));
  };
  if (!connected_ && !may_hold()) return refuse(Forwarded::kNoOwner);
  const std::size_t bytes = request.body.size() + request.target.size() + 512;
  if (waiting_bytes_.fetch_add(bytes) + bytes > limits_.window) {
    waiting_bytes_ -= bytes;
    return refuse(Forwarded::kFull);
  }
  Waiting waiting{.respond = std::move(respond),
                  .request = request.id,
                  .bytes = bytes,
                  .until = std::chrono::steady_clock::now() + limits_.patience,
                  .message = pack_request(request, limits_.patience),
                  .answer = {}};
  const std::lock_guard lock(mutex_);
  queue_.push_back(std::move(waiting));
  if (queue_.size() == 1) loop_.wake();
}

void Forwarder::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const bool connects = !address_.empty() && (!channel_ || channel_->is_closed());
    const bool hurries = !held_.empty() || connects;
    loop_.poll(std::chrono::duration_cast<Duration>(hurries ? kHurried : kSweepEvery));
    turn();
  }
  if (channel_) channel_->close("This node is stopping.");
  connected_ = false;
  gone_at_ = net::SteadyTime{} + 1ns;  // long ago: nothing is held
  turn();
}

bool Forwarder::may_hold() const {
  const net::SteadyTime gone_at = gone_at_;
  return gone_at == net::SteadyTime{} || std::chrono::steady_clock::now() - gone_at < limits_.hold;
}

bool Forwarder::may_send() const {
  return channel_ && channel_->is_open() && !released_ && std::chrono::steady_clock::now() >= send_at_;
}

void Forwarder::note_gone() {
  net::SteadyTime none{};
  gone_at_.compare_exchange_strong(none, std::chrono::steady_clock::now());
}

void Forwarder::turn() {
  std::vector<Waiting> taken = std::move(held_);
  held_.clear();
  {
    const std::lock_guard lock(mutex_);
    std::ranges::move(queue_, std::back_inserter(taken));
    queue_.clear();
    if (std::exchange(aimed_, false)) {
      address_ = aimed_address_;
      incarnation_ = aimed_incarnation_;
      try_at_ = {};
      said_.clear();
      if (channel_) channel_->close("Another node owns the shards.");
    }
  }
  if (channel_ && channel_->is_closed()) channel_.reset();
  if (!channel_ && !address_.empty() && std::chrono::steady_clock::now() >= try_at_) connect();
  const bool sends = may_send(), holds = may_hold();
  std::string frames;
  for (Waiting& one : taken) {
    if (sends) {
      const std::uint64_t id = next_id_++;
      append_message(frames, FrameKind::kRequest, 0, id, one.message);
      waiting_.emplace(id, std::move(one));
    } else if (holds) {
      held_.push_back(std::move(one));
    } else {
      fail(std::move(one), Forwarded::kNoOwner);
    }
  }
  if (channel_) {
    channel_->send(frames);
    channel_->flush();
  }
  if (std::chrono::steady_clock::now() >= sweep_at_) sweep();
}

void Forwarder::connect() {
  try_at_ = std::chrono::steady_clock::now() + limits_.again;
  released_ = false;
  const auto at = net::Endpoint::parse(address_);
  if (!at) return;
  auto socket = connect_to(*at);
  if (!socket) return;
  channel_ = std::make_unique<Channel>(loop_, std::move(*socket), credentials_->for_client(),
                                       static_cast<Channel::User&>(*this));
}

void Forwarder::opened(Channel&) {
  said_.clear();
  connected_ = true;
  log::info("owner_reached").add("address", address_);
}

void Forwarder::closed(Channel&, const std::string& why) {
  const bool was_connected = connected_.exchange(false);
  note_gone();
  if (std::exchange(said_, why) != why) log::warn("owner_not_reached").add("address", address_).add("why", why);
  fail_all(Forwarded::kCut);
  if (was_connected) owner_gone_();
}

void Forwarder::arrived(Channel& channel, const Frame& frame) {
  if (frame.kind == FrameKind::kReleased) {
    connected_ = false;
    released_ = true;  // it still answers what it has
    note_gone();
    return owner_gone_();
  }
  const auto at = waiting_.find(frame.id);
  switch (frame.kind) {
    case FrameKind::kAnswer:
    case FrameKind::kPart:
      if (at != waiting_.end()) add(at, frame);
      return;
    case FrameKind::kPiece:
    case FrameKind::kEnd:
      if (at == waiting_.end()) return cancel(frame.id);
      return piece(at, frame);
    case FrameKind::kRefused:
      if (at == waiting_.end()) return;
      note_gone();
      send_at_ = std::chrono::steady_clock::now() + kAfterRefusal;
      if (may_hold())
        held_.push_back(std::move(at->second));
      else
        fail(std::move(at->second), Forwarded::kRefused);
      waiting_.erase(at);
      return owner_gone_();
    case FrameKind::kRequest:
    case FrameKind::kCancel:
    case FrameKind::kReleased: break;
  }
  channel.close("The other side does not speak as an owner does.");
}

void Forwarder::add(ById::iterator at, const Frame& frame) {
  Waiting& waiting = at->second;
  if (frame.kind == FrameKind::kAnswer) waiting.streams = frame.streams();
  waiting.answer += frame.payload;
  if (waiting.answer.size() > kMostMessage) return channel_->close("An answer of the owner is too long.");
  if (!frame.has_more()) answer(at);
}

void Forwarder::answer(ById::iterator at) {
  Waiting& waiting = at->second;
  auto response = unpack_answer(waiting.answer);
  if (!response) return channel_->close("An answer of the owner cannot be read.");
  gone_at_ = net::SteadyTime{};
  ++counts_[static_cast<std::size_t>(Forwarded::kAnswered)];
  waiting_bytes_ -= std::exchange(waiting.bytes, 0);
  std::string().swap(waiting.answer);
  http::Respond respond = std::move(waiting.respond);
  if (waiting.streams) {
    waiting.relay = std::make_shared<Relay>();
    response->stream = Beginning<Relay>(waiting.relay);
  } else {
    waiting_.erase(at);
  }
  respond(std::move(*response));
}

void Forwarder::piece(ById::iterator at, const Frame& frame) {
  const auto relay = at->second.relay;
  if (!relay) return channel_->close("The owner sends pieces of what is no stream.");
  if (frame.kind == FrameKind::kPiece && relay->write(frame.payload)) return;
  if (frame.kind == FrameKind::kPiece) cancel(at->first);
  relay->end();
  waiting_.erase(at);
}

void Forwarder::cancel(std::uint64_t id) {
  std::string out;
  append_frame(out, {.kind = FrameKind::kCancel, .id = id, .payload = {}});
  if (channel_ && channel_->is_open()) channel_->send(out);
}

void Forwarder::fail(Waiting&& waiting, Forwarded why) {
  waiting_bytes_ -= std::exchange(waiting.bytes, 0);
  if (waiting.relay) return waiting.relay->end();
  ++counts_[static_cast<std::size_t>(why)];
  waiting.respond(http::to_response(fault_of(why), waiting.request));
}

void Forwarder::fail_all(Forwarded why) {
  ById all;
  all.swap(waiting_);
  for (auto& [id, waiting] : all) fail(std::move(waiting), why);
}

void Forwarder::sweep() {
  const auto now = std::chrono::steady_clock::now();
  sweep_at_ = now + kSweepEvery;
  if (channel_ && !channel_->is_open() && !channel_->is_closed() && now - channel_->since() > limits_.connect)
    channel_->close("The owner does not answer.");
  if (channel_ && released_ && waiting_.empty()) channel_->close("The owner has given the shards back.");
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    if (at->second.relay || now < at->second.until) {
      ++at;
      continue;
    }
    cancel(at->first);
    fail(std::move(at->second), Forwarded::kLate);
    at = waiting_.erase(at);
  }
}

}  // namespace beckon::node
