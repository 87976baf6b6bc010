#include "node/forwarder.h"

#include <algorithm>
#include <iterator>

#include "http/error.h"
#include "node/carried.h"
#include "system/log.h"

namespace beckon::node {
namespace {

constexpr std::chrono::milliseconds kSweepEvery{100};
constexpr std::size_t kMostEarly = 256 * 1024;  // bytes of a stream whose head is not written yet

Fault fault_of(Forwarded why) {
  switch (why) {
    case Forwarded::kFull: return unavailable("Too many requests wait for the node that owns this data.");
    case Forwarded::kLate: return unavailable("The node that owns this data has not answered in time.");
    case Forwarded::kCut: return unavailable("The connection to the node that owns this data has ended.");
    case Forwarded::kAnswered:
    case Forwarded::kNoOwner: break;
  }
  return unavailable("No node owns this data at the moment; another one is taking over.");
}

}  // namespace

std::string_view to_text(Forwarded result) {
  switch (result) {
    case Forwarded::kAnswered: return "answered";
    case Forwarded::kNoOwner: return "no_owner";
    case Forwarded::kFull: return "full";
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

bool Traffic::take(std::size_t bytes) {
  if (waiting_.fetch_add(bytes) + bytes <= window_) return true;
  waiting_ -= bytes;
  return false;
}

void Traffic::refuse(Forwarded why, const RequestId& request, http::Respond respond) {
  count(why);
  respond(http::to_response(fault_of(why), request));
}

Forwarder::Forwarder(std::shared_ptr<const Credentials> credentials, Limits limits, std::string address,
                     Traffic& traffic, User& user)
    : credentials_(std::move(credentials)),
      limits_(limits),
      address_(std::move(address)),
      traffic_(traffic),
      user_(user),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Forwarder::~Forwarder() {
  thread_.request_stop();
  loop_.wake();
  thread_.join();
  for (Waiting& one : queue_) give_back(std::move(one));
}

bool Forwarder::forward(http::Request& request, int lane, http::Respond& respond) {
  if (!connected_) return false;
  const std::size_t bytes = request.body.size() + request.target.size() + 512;
  if (!traffic_.take(bytes)) {
    traffic_.refuse(Forwarded::kFull, request.id, std::move(respond));
    return true;
  }
  Waiting waiting{.respond = std::move(respond),
                  .request = &request,
                  .lane = lane,
                  .bytes = bytes,
                  .until = std::chrono::steady_clock::now() + limits_.patience,
                  .message = pack_request(request, lane, limits_.patience)};
  const std::lock_guard lock(mutex_);
  queue_.push_back(std::move(waiting));
  if (queue_.size() == 1) loop_.wake();
  return true;
}

void Forwarder::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    loop_.poll(std::chrono::duration_cast<Duration>(channel_ ? kSweepEvery : limits_.again));
    turn();
  }
  connected_ = false;
  if (channel_) channel_->close("This node is stopping.");
}

void Forwarder::turn() {
  std::vector<Waiting> taken;
  {
    const std::lock_guard lock(mutex_);
    taken.swap(queue_);
  }
  if (channel_ && channel_->is_closed()) channel_.reset();
  if (!channel_ && std::chrono::steady_clock::now() >= try_at_) connect();
  const bool sends = channel_ && channel_->is_open();
  std::string frames;
  for (Waiting& one : taken) {
    if (!sends) {
      give_back(std::move(one));
      continue;
    }
    const std::uint64_t id = next_id_++;
    append_message(frames, FrameKind::kRequest, 0, id, one.message);
    std::string().swap(one.message);
    waiting_.emplace(id, std::move(one));
  }
  if (channel_) {
    channel_->send(frames);
    channel_->flush();
  }
  if (std::chrono::steady_clock::now() >= sweep_at_) sweep();
}

void Forwarder::connect() {
  try_at_ = std::chrono::steady_clock::now() + limits_.again;
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
  connected_ = false;
  if (std::exchange(said_, why) != why) log::warn("owner_not_reached").add("address", address_).add("why", why);
  fail_all(Forwarded::kCut);
  user_.lost();
}

void Forwarder::arrived(Channel& channel, const Frame& frame) {
  if (frame.kind == FrameKind::kChanged) {
    if (frame.id >= kMostLanes) return channel.close("The other side names a lane that there is not.");
    return user_.changed(static_cast<int>(frame.id), frame.payload == kTaken, *this);
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
    case FrameKind::kRefused: {
      if (at == waiting_.end()) return;
      if (at->second.relay || !at->second.answer.empty())
        return channel.close("The other side refuses what it has begun to answer.");
      Waiting waiting = std::move(at->second);
      waiting_.erase(at);
      return give_back(std::move(waiting));
    }
    case FrameKind::kRequest:
    case FrameKind::kCancel:
    case FrameKind::kChanged: break;
  }
  channel.close("The other side does not speak as an owner does.");
}

void Forwarder::give_back(Waiting&& waiting) {
  traffic_.give_back(waiting.bytes);
  user_.given_back(*waiting.request, waiting.lane, std::move(waiting.respond));
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
  user_.answered(waiting.lane);
  traffic_.count(Forwarded::kAnswered);
  traffic_.give_back(std::exchange(waiting.bytes, 0));
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
  traffic_.give_back(std::exchange(waiting.bytes, 0));
  if (waiting.relay) return waiting.relay->end();
  traffic_.refuse(why, waiting.request->id, std::move(waiting.respond));
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
