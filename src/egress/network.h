// Event loop, resolver, client and Egress for one thread, connected; and a blocking call.
#pragma once
#include "egress/cares_resolver.h"
#include "egress/egress.h"
#include "egress/socket_client.h"

namespace beckon::egress {

struct NetworkSettings {
  ResolverSettings resolver;
  ClientSettings client;
};

// Confined to one thread, except egress().wake(). `clock` outlives it.
class Network {
 public:
  Network(const Clock& clock, const NetworkSettings& settings)
      : resolver_(loop_, settings.resolver), client_(loop_, clock, settings.client), egress_(resolver_, client_) {}
  Egress& egress() { return egress_; }

 private:
  EventLoop loop_;
  CaresResolver resolver_;
  SocketClient client_;
  Egress egress_;
};

// One guarded request with its own network; blocks until it completes (at most slightly over limits.whole). For rare
// requests such as a key set. Thread-safe.
Answer fetch(Order order, const Clock& clock, const NetworkSettings& settings);

}  // namespace beckon::egress
