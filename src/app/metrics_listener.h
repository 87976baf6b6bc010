// The separate address for /metrics (--metrics-listen): a listener with that route alone, in plain HTTP, on one thread.
#pragma once
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "http/listener.h"
#include "http/metrics.h"
#include "http/router.h"

namespace beckon::app {

class MetricsListener {
 public:
  // `options`: with host and port, or sockets. `metrics`: what a scrape gets; called on a control thread. The error is
  // the reason.
  static std::expected<std::unique_ptr<MetricsListener>, std::string> start(http::ListenerOptions options,
                                                                            std::function<std::string()> metrics,
                                                                            const Clock& clock);
  void retire() { listener_->retire(); }  // as Listener::retire
  void stop();                            // as Listener::stop, within a second

 private:
  explicit MetricsListener(http::Router router) : router_(std::move(router)) {}

  prometheus::Registry registry_;
  const http::Router router_;
  http::HttpMetrics counts_{registry_, router_};
  std::unique_ptr<http::Listener> listener_;
};

}  // namespace beckon::app
