#include "node/port.h"

#include <unordered_map>

#include "http/stream.h"
#include "node/carried.h"
#include "node/channel.h"
#include "node/handover.h"
#include "system/log.h"

namespace beckon::node {
namespace {

constexpr Duration kSweepPeersEvery{250};

}  // namespace

// One other node. What answers needs is internally locked, and outlives the connection; the rest is of the port's
// thread.
class Port::Peer final : public std::enable_shared_from_this<Peer>, Channel::User {
 public:
  Peer(Port& port, net::Descriptor socket, std::string address)
      : port_(port),
        wakeup_(port.wakeup_),
        address_(std::move(address)),
        stream_backlog_(port.limits_.stream_backlog),
        channel_(port.loop_, std::move(socket), port.credentials_->for_server(), *this) {}

  Channel& channel() { return channel_; }

  // Any thread.
  void answer(std::uint64_t id, http::Response&& response);
  void post(std::string_view frames) {
    {
      const std::lock_guard lock(mutex_);
      if (gone_) return;
      outbox_ += frames;
      if (outbox_.size() > frames.size()) return;  // the thread has been woken already
    }
    const std::lock_guard lock(wakeup_->mutex);
    if (wakeup_->loop) wakeup_->loop->wake();
  }
  bool is_gone() const {
    const std::lock_guard lock(mutex_);
    return gone_;
  }
  std::size_t unsent() const {
    const std::lock_guard lock(mutex_);
    return outbox_.size() + unsent_;
  }

  void end_turn() {
    {
      const std::lock_guard lock(mutex_);
      channel_.send(outbox_);
      outbox_.clear();
    }
    channel_.flush();
    const std::size_t left = channel_.unsent();
    {
      const std::lock_guard lock(mutex_);
      unsent_ = left;
    }
    if (left > port_.limits_.unsent) channel_.close("The node does not take its answers.");
  }

 private:
  void opened(Channel&) override {
    ++port_.open_peers_;
    was_open_ = true;
    log::info("node_connected").add("address", address_);
  }
  void arrived(Channel& channel, const Frame& frame) override;
  void closed(Channel&, const std::string& why) override;
  void take(std::uint64_t id, std::string&& message);

  Port& port_;
  const std::shared_ptr<Wakeup> wakeup_;
  const std::string address_;
  const std::size_t stream_backlog_;
  bool was_open_ = false;
  std::unordered_map<std::uint64_t, std::string> incomplete_;
  std::size_t incomplete_bytes_ = 0;

  mutable std::mutex mutex_;
  std::string outbox_;
  std::size_t unsent_ = 0;
  bool gone_ = false;
  std::unordered_map<std::uint64_t, std::weak_ptr<Sink>> streams_;

  Channel channel_;
};

// A stream whose client is another node's.
class Port::Sink final : public http::Stream::Sink {
 public:
  Sink(std::shared_ptr<Peer> peer, std::uint64_t id, std::size_t limit)
      : peer_(std::move(peer)), id_(id), limit_(limit) {}
  ~Sink() override { end(); }

  bool write(std::string bytes) override {
    if (!is_open() || peer_->unsent() + bytes.size() > limit_) return false;
    std::string frames;
    for (std::string_view left = bytes; !left.empty();) {
      const std::string_view piece = left.substr(0, kMostPayload);
      left.remove_prefix(piece.size());
      append_frame(frames, {.kind = FrameKind::kPiece, .id = id_, .payload = piece});
    }
    peer_->post(frames);
    return true;
  }
  bool is_open() const override { return open_ && !peer_->is_gone(); }
  void end() override {
    if (!open_.exchange(false)) return;
    std::string frame;
    append_frame(frame, {.kind = FrameKind::kEnd, .id = id_, .payload = {}});
    peer_->post(frame);
  }
  void cancel() { open_ = false; }

 private:
  const std::shared_ptr<Peer> peer_;
  const std::uint64_t id_;
  const std::size_t limit_;
  std::atomic<bool> open_{true};
};

void Port::Peer::answer(std::uint64_t id, http::Response&& response) {
  const bool streams = static_cast<bool>(response.stream);
  std::string frames;
  append_message(frames, FrameKind::kAnswer, streams ? kStreams : std::uint8_t{0}, id, pack_answer(response));
  if (!streams) return post(frames);
  const auto sink = std::make_shared<Sink>(shared_from_this(), id, stream_backlog_);
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(streams_, [](const auto& one) { return one.second.expired(); });
    streams_.emplace(id, sink);
  }
  post(frames);
  response.stream(http::Stream(sink));
}

void Port::Peer::arrived(Channel& channel, const Frame& frame) {
  switch (frame.kind) {
    case FrameKind::kRequest:
    case FrameKind::kPart: {
      const bool first = frame.kind == FrameKind::kRequest;
      if (first && !frame.has_more()) return take(frame.id, std::string(frame.payload));
      if (first == incomplete_.contains(frame.id)) break;
      std::string& message = incomplete_[frame.id];
      message += frame.payload;
      incomplete_bytes_ += frame.payload.size();
      if (incomplete_bytes_ > port_.limits_.incomplete || message.size() > kMostMessage)
        return channel.close("The node sends too much at once.");
      if (frame.has_more()) return;
      incomplete_bytes_ -= message.size();
      std::string complete = std::move(message);
      incomplete_.erase(frame.id);
      return take(frame.id, std::move(complete));
    }
    case FrameKind::kCancel: {
      const std::lock_guard lock(mutex_);
      const auto at = streams_.find(frame.id);
      if (at == streams_.end()) return;
      if (const auto sink = at->second.lock()) sink->cancel();
      streams_.erase(at);
      return;
    }
    case FrameKind::kAnswer:
    case FrameKind::kPiece:
    case FrameKind::kEnd:
    case FrameKind::kRefused:
    case FrameKind::kChanged: break;
  }
  channel.close("The node does not speak as one that forwards requests.");
}

void Port::Peer::take(std::uint64_t id, std::string&& message) {
  auto arrived = unpack_request(std::move(message), port_.clock_.now());
  if (!arrived) return channel_.close("A request of the node cannot be read.");
  http::Respond respond = [peer = shared_from_this(), id](http::Response&& response) {
    peer->answer(id, std::move(response));
  };
  if (arrived->request->path.starts_with(kOfLanes))
    return port_.of_lanes_(*arrived->request, arrived->lane, std::move(respond));
  const auto inlet = port_.inlet(arrived->lane);
  if (inlet && inlet->take(std::move(arrived->request), std::chrono::steady_clock::now() + arrived->patience, respond))
    return void(++port_.requests_);
  std::string frame;
  append_frame(frame, {.kind = FrameKind::kRefused, .id = id, .payload = {}});
  post(frame);
}

void Port::Peer::closed(Channel&, const std::string& why) {
  if (was_open_)
    --port_.open_peers_;
  else
    ++port_.strangers_;
  log::warn(was_open_ ? "node_gone" : "node_refused").add("address", address_).add("why", why);
  const std::lock_guard lock(mutex_);
  gone_ = true;
  outbox_.clear();
  streams_.clear();
}

std::expected<std::unique_ptr<Port>, std::string> Port::open(const std::string& host, std::uint16_t port,
                                                             std::shared_ptr<const Credentials> credentials,
                                                             const Clock& clock, OfLanes of_lanes, Limits limits) {
  auto sockets = http::listen_at(host, port, 1);
  if (!sockets) return std::unexpected(sockets.error());
  return std::unique_ptr<Port>(
      new Port(std::move(*sockets), std::move(credentials), clock, std::move(of_lanes), limits));
}

Port::Port(std::shared_ptr<const http::Sockets> sockets, std::shared_ptr<const Credentials> credentials,
           const Clock& clock, OfLanes of_lanes, Limits limits)
    : sockets_(std::move(sockets)),
      credentials_(std::move(credentials)),
      clock_(clock),
      of_lanes_(std::move(of_lanes)),
      limits_(limits) {
  wakeup_->loop = &loop_;
  loop_.watch(sockets_->all.front().number(), true, false, *this);
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Port::~Port() {
  thread_.request_stop();
  loop_.wake();
  thread_.join();
}

void Port::serve(int lane, std::shared_ptr<http::Inlet> inlet) {
  const std::lock_guard lock(mutex_);
  inlets_.at(static_cast<std::size_t>(lane)).swap(inlet);
}

std::shared_ptr<http::Inlet> Port::inlet(int lane) const {
  const std::lock_guard lock(mutex_);
  return inlets_.at(static_cast<std::size_t>(lane));
}

void Port::announce_change(int lane, bool is_taken) {
  {
    const std::lock_guard lock(mutex_);
    append_frame(changes_, {.kind = FrameKind::kChanged,
                            .id = static_cast<std::uint64_t>(lane),
                            .payload = is_taken ? kTaken : std::string_view{}});
  }
  loop_.wake();
}

std::string Port::take_changes() {
  const std::lock_guard lock(mutex_);
  return std::exchange(changes_, {});
}

void Port::on_ready(int, net::EventLoop::Ready) {
  while (auto accepted = http::accept_from(sockets_->all.front())) {
    if (all_.size() >= limits_.peers) continue;
    all_.push_back(std::make_shared<Peer>(*this, std::move(accepted->socket), accepted->peer.text()));
  }
}

void Port::run(const std::stop_token& stop) {
  for (bool goes_on = true; goes_on; goes_on = !stop.stop_requested()) {
    loop_.poll(kSweepPeersEvery);
    if (const std::string released = take_changes(); !released.empty())
      for (const auto& peer : all_) peer->post(released);
    for (const auto& peer : all_) peer->end_turn();
    std::erase_if(all_, [](const auto& peer) { return peer->channel().is_closed(); });
    if (std::chrono::steady_clock::now() >= sweep_at_) sweep();
  }
  const std::string released = take_changes();
  for (const auto& peer : all_) {
    if (!released.empty()) peer->post(released);
    peer->end_turn();
    peer->channel().close("This node is stopping.");
  }
  const std::lock_guard lock(wakeup_->mutex);
  wakeup_->loop = nullptr;
}

void Port::sweep() {
  const auto now = std::chrono::steady_clock::now();
  sweep_at_ = now + kSweepPeersEvery;
  for (const auto& peer : all_)
    if (!peer->channel().is_open() && !peer->channel().is_closed() && now - peer->channel().since() > limits_.handshake)
      peer->channel().close("The handshake took too long.");
}

}  // namespace beckon::node
