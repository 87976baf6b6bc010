// Idle connections, by peer. A connection leaves the pool when it is taken, when the peer closes it, after the idle
// time, or when there are too many (the one idle longest).
#pragma once
#include <compare>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "egress/limits.h"
#include "egress/stream.h"
#include "net/event_loop.h"

namespace beckon::egress {

using net::EventLoop;
using net::SteadyTime;

// Requests to the same peer may share a connection.
struct Peer {
  Scheme scheme = Scheme::kHttps;
  std::uint16_t port = 443;
  IpAddress address;
  std::string host;

  friend auto operator<=>(const Peer&, const Peer&) = default;
};

// Confined to the event loop's thread. `loop` outlives it.
class ConnectionPool {
 public:
  ConnectionPool(EventLoop& loop, const Limits& limits) : loop_(loop), limits_(limits) {}
  ~ConnectionPool() { clear(); }
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;

  // The most recently added connection that its peer has not closed, still watched for reading; null if there is none.
  // Checks the socket, so that no request is written to a connection that its peer has already closed.
  std::unique_ptr<Stream> take(const Peer& peer);
  void put(const Peer& peer, std::unique_ptr<Stream> stream);
  void drop(const Peer& peer);  // closes those of this peer
  void clear();

 private:
  struct Idle;
  using Place = std::list<Idle>::iterator;
  struct Idle final : EventLoop::Watcher {
    void on_ready(int fd, EventLoop::Ready ready) override;
    bool is_quiet() const;

    ConnectionPool* pool = nullptr;
    Peer peer;
    std::unique_ptr<Stream> stream;
    SteadyTime since;
    Place self;
  };

  std::unique_ptr<Stream> remove(Place place);
  void close(Place place);
  void arm();
  void close_old();

  EventLoop& loop_;
  Limits limits_;
  std::list<Idle> idle_;  // longest idle first
  std::map<Peer, std::vector<Place>> by_peer_;
  std::optional<EventLoop::Timer> timer_;
};

}  // namespace beckon::egress
