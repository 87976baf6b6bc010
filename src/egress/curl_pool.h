// The connections made under one policy: a libcurl multi handle driven by the reactor. When the policy changes, or
// when nothing has been sent for the idle time, the pool goes and its connections with it.
#pragma once
#include <curl/curl.h>

#include <functional>
#include <optional>

#include "egress/http_client.h"
#include "egress/reactor.h"

namespace beckon::egress {

class CurlTransfer;

// Confined to the reactor's thread. `reactor` outlives it; transfers leave before it ends.
class CurlPool final : Reactor::Watcher {
 public:
  using Done = std::function<void(CurlPool&, CurlTransfer&, CURLcode)>;
  CurlPool(Reactor& reactor, PolicySnapshot policy, const Limits& limits, Done done);
  ~CurlPool() override;

  void add(CurlTransfer& transfer);
  void remove(CurlTransfer& transfer);

  const Policy& policy() const { return *policy_; }
  std::size_t active() const { return active_; }
  SteadyTime last_used() const { return last_used_; }

 private:
  void on_ready(int fd, bool readable, bool writable) override;
  void act(curl_socket_t fd, int events);
  static int on_socket(CURL* easy, curl_socket_t fd, int what, void* self, void* of_socket);
  static int on_timer(CURLM* multi, long wait_ms, void* self);

  Reactor& reactor_;
  PolicySnapshot policy_;
  Done done_;
  CURLM* multi_;
  std::size_t active_ = 0;
  SteadyTime last_used_;
  std::optional<Reactor::Timer> timer_;
};

}  // namespace beckon::egress
