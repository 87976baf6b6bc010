// Connections that wait for their next request, by where they lead. One leaves when it is taken, when its peer closes
// it, after the idle time, or when there are too many (the one that has waited longest).
#pragma once
#include <compare>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "egress/limits.h"
#include "egress/reactor.h"
#include "egress/stream.h"

namespace beckon::egress {

// What makes two requests share a connection.
struct Peer {
  Scheme scheme = Scheme::kHttps;
  std::uint16_t port = 443;
  Address address;
  std::string host;

  friend auto operator<=>(const Peer&, const Peer&) = default;
};

// Confined to the reactor's thread. `reactor` outlives it.
class ConnectionPool {
 public:
  ConnectionPool(Reactor& reactor, const Limits& limits) : reactor_(reactor), limits_(limits) {}
  ~ConnectionPool() { clear(); }
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;

  // The one that was put last, still watched for reading; null for none.
  std::unique_ptr<Stream> take(const Peer& peer);
  void put(const Peer& peer, std::unique_ptr<Stream> stream);
  void clear();

 private:
  struct Idle;
  using Place = std::list<Idle>::iterator;
  struct Idle final : Reactor::Watcher {
    void on_ready(int fd, bool readable, bool writable) override;

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

  Reactor& reactor_;
  Limits limits_;
  std::list<Idle> idle_;  // the one that has waited longest first
  std::map<Peer, std::vector<Place>> by_peer_;
  std::optional<Reactor::Timer> timer_;
};

}  // namespace beckon::egress
