#include "egress/connection_pool.h"

#include <array>

namespace beckon::egress {

std::unique_ptr<Stream> ConnectionPool::take(const Peer& peer) {
  const auto found = by_peer_.find(peer);
  return found == by_peer_.end() ? nullptr : remove(found->second.back());
}

void ConnectionPool::put(const Peer& peer, std::unique_ptr<Stream> stream) {
  const auto place = idle_.emplace(idle_.end());
  place->pool = this;
  place->peer = peer;
  place->stream = std::move(stream);
  place->since = std::chrono::steady_clock::now();
  place->self = place;
  by_peer_[peer].push_back(place);
  loop_.watch(place->stream->fd(), true, false, *place);
  if (idle_.size() > limits_.idle_connections) close(idle_.begin());
  arm();
}

void ConnectionPool::arm() {
  if (!timer_ && !idle_.empty()) timer_ = loop_.at(idle_.front().since + limits_.idle, [this] { close_old(); });
}

std::unique_ptr<Stream> ConnectionPool::remove(Place place) {
  const auto found = by_peer_.find(place->peer);
  std::erase(found->second, place);
  if (found->second.empty()) by_peer_.erase(found);
  auto stream = std::move(place->stream);
  idle_.erase(place);
  return stream;
}

void ConnectionPool::close(Place place) {
  const auto stream = remove(place);
  loop_.unwatch(stream->fd());
}

void ConnectionPool::clear() {
  while (!idle_.empty()) close(idle_.begin());
  if (timer_) loop_.cancel(*timer_);
  timer_.reset();
}

void ConnectionPool::close_old() {
  timer_.reset();
  const auto now = std::chrono::steady_clock::now();
  while (!idle_.empty() && idle_.front().since + limits_.idle <= now) close(idle_.begin());
  arm();
}

// Of a peer from which no answer is awaited: it closes, speaks out of turn, or TLS tells something of its own.
void ConnectionPool::Idle::on_ready(int, EventLoop::Ready) {
  std::array<char, 64> unasked;
  std::size_t size = 0;
  if (stream->read(unasked, size) != Stream::Io::kWantRead) pool->close(self);
}

}  // namespace beckon::egress
