#include "app/metrics_listener.h"

#include "http/routes/api.h"

namespace beckon::app {

std::expected<std::unique_ptr<MetricsListener>, std::string> MetricsListener::start(
    http::ListenerOptions options, std::function<std::string()> metrics, const Clock& clock) {
  std::vector<http::Route> routes;
  routes.push_back(http::metrics_route(std::move(metrics)));
  auto router = http::Router::make(std::move(routes), {});
  if (!router) return std::unexpected(router.error());
  std::unique_ptr<MetricsListener> made(new MetricsListener(std::move(*router)));
  options.io_threads = 1;
  auto listener = http::Listener::start(std::move(options), made->router_, clock, made->counts_);
  if (!listener) return std::unexpected(listener.error());
  made->listener_ = std::move(*listener);
  return made;
}

void MetricsListener::stop() { listener_->stop(std::chrono::seconds{1}); }

}  // namespace beckon::app
