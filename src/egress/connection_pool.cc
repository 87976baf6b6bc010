#include "egress/connection_pool.h"

#include <array>

namespace beckon::egress {

std::unique_ptr<Stream> ConnectionPool::take(const Peer& peer) {
  for (auto found = by_peer_.find(peer); found != by_peer_.end(); found = by_peer_.find(peer)) {
    const Place last = found->second.back();
    if (last->is_quiet()) return remove(last);
    close(last);
  }
  return nullptr;
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

void ConnectionPool::drop(const Peer& peer) {
  for (auto found = by_peer_.find(peer); found != by_peer_.end(); found = by_peer_.find(peer))
    close(found->second.back());
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

void ConnectionPool::Idle::on_ready(int, EventLoop::Ready) {
  if (!is_quiet()) pool->close(self);
}

// No response is expected from the peer: what can be read is its hang-up, unexpected data, or TLS protocol data, which
// only a read processes.
bool ConnectionPool::Idle::is_quiet() const {
  if (stream->is_silent()) return true;
  std::array<char, 64> unasked{};
  std::size_t size = 0;
  return stream->read(unasked, size) == Stream::Io::kWantRead;
}

}  // namespace beckon::egress
