// The node port: where other nodes hand over what their clients ask for, and get the answers.
//
// Only nodes with the same master key get in (node/credentials.h). From them alone is the address of a client taken as
// they give it. A node that does not own the lane of a request answers it with kRefused. What one node asks another
// about lanes (handover.h) is the node's own.
#pragma once
#include <array>
#include <atomic>
#include <expected>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/instant.h"
#include "http/inlet.h"
#include "http/sockets.h"
#include "net/event_loop.h"
#include "node/carried.h"
#include "node/credentials.h"

namespace beckon::node {

class Port final : net::EventLoop::Watcher {
 public:
  struct Limits {
    std::size_t peers = 64;                      // connections; beyond: the new one is closed
    std::chrono::milliseconds handshake{5'000};  // from the accepted connection to its end
    std::size_t unsent = std::size_t{64} << 20;  // bytes of answers that a peer does not take; beyond: it is cut off
    std::size_t incomplete = std::size_t{64} << 20;     // bytes of requests that are not complete yet; likewise
    std::size_t stream_backlog = std::size_t{1} << 20;  // unsent bytes beyond which a stream's reader is too slow
  };

  // Called on the port's thread; must not block.
  using OfLanes = std::function<void(const http::Request& request, int lane, http::Respond respond)>;
  // Port 0: any free one. The error says what could not be bound.
  static std::expected<std::unique_ptr<Port>, std::string> open(const std::string& host, std::uint16_t port,
                                                                std::shared_ptr<const Credentials> credentials,
                                                                const Clock& clock, OfLanes of_lanes, Limits limits);
  ~Port() override;

  std::uint16_t port() const { return sockets_->port; }

  // Any thread. Requests of other nodes for this lane go to `inlet` from now on; null: this node does not own it.
  void serve(int lane, std::shared_ptr<http::Inlet> inlet);
  // Any thread. Tells all connected nodes that this one has taken the lane, or given it away.
  void announce_change(int lane, bool is_taken);

  std::size_t peers() const { return open_peers_; }
  std::uint64_t requests() const { return requests_; }    // that came from other nodes and were taken
  std::uint64_t strangers() const { return strangers_; }  // connections that did not show the right certificate

 private:
  class Peer;
  class Sink;

  Port(std::shared_ptr<const http::Sockets> sockets, std::shared_ptr<const Credentials> credentials, const Clock& clock,
       OfLanes of_lanes, Limits limits);

  void on_ready(int fd, net::EventLoop::Ready ready) override;
  void run(const std::stop_token& stop);
  void sweep();
  std::shared_ptr<http::Inlet> inlet(int lane) const;
  std::string take_changes();

  const std::shared_ptr<const http::Sockets> sockets_;
  const std::shared_ptr<const Credentials> credentials_;
  const Clock& clock_;
  const OfLanes of_lanes_;
  const Limits limits_;
  std::atomic<std::size_t> open_peers_{0};
  std::atomic<std::uint64_t> requests_{0}, strangers_{0};

  mutable std::mutex mutex_;
  std::array<std::shared_ptr<http::Inlet>, kMostLanes> inlets_;  // guarded by mutex_
  std::string changes_;                                          // frames to be announced; likewise

  // Shared with answers that outlive the port.
  struct Wakeup {
    std::mutex mutex;
    net::EventLoop* loop = nullptr;  // null once the thread has ended
  };
  const std::shared_ptr<Wakeup> wakeup_ = std::make_shared<Wakeup>();

  // Of the thread.
  net::EventLoop loop_;
  std::list<std::shared_ptr<Peer>> all_;
  net::SteadyTime sweep_at_{};
  std::jthread thread_;
};

}  // namespace beckon::node
