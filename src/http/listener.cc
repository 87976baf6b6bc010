#include "http/listener.h"

#include "base/check.h"
#include "http/io_thread.h"
#include "system/random.h"

namespace beckon::http {

struct Listener::Inside {
  std::shared_ptr<Shared> shared;
  std::vector<std::shared_ptr<IoThread>> threads;
  std::uint16_t port = 0;
  bool stopped = false;
};

Listener::Listener(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}

Listener::~Listener() {
  if (!inside_->stopped) stop(std::chrono::milliseconds{0});
}

std::uint16_t Listener::port() const { return inside_->port; }

std::size_t Listener::body_bytes() const { return inside_->shared->body_bytes.load(std::memory_order_relaxed); }

std::size_t Listener::control_waiting() const { return inside_->shared->control.waiting(); }

std::expected<std::unique_ptr<Listener>, std::string> Listener::start(ListenerOptions options, const Router& router,
                                                                      const Clock& clock, HttpMetrics& metrics) {
  CHECK(options.io_threads > 0 && options.control_threads > 0);
  const auto address = IpAddress::parse(options.host);
  if (!address) return std::unexpected("not an IP address to listen on: " + options.host);
  auto inside = std::make_unique<Inside>();
  inside->port = options.port;
  inside->shared = std::make_shared<Shared>(std::move(options), router, clock, metrics);
  SystemRandom random;
  for (int i = 0; i < inside->shared->options.io_threads; ++i) {
    auto thread = std::make_shared<IoThread>(inside->shared, random.next());
    const auto port = thread->listen(address->unmapped(), inside->port, i == 0);
    if (!port) {
      const std::string at = inside->shared->options.host + ":" + std::to_string(inside->port);
      return std::unexpected("cannot listen on " + at + ": " + port.error());
    }
    inside->port = *port;
    inside->threads.push_back(std::move(thread));
  }
  inside->shared->running = inside->shared->options.io_threads;
  for (const auto& thread : inside->threads) thread->start();
  return std::unique_ptr<Listener>(new Listener(std::move(inside)));
}

bool Listener::stop(std::chrono::milliseconds patience) {
  CHECK(!inside_->stopped);
  inside_->stopped = true;
  Shared& shared = *inside_->shared;
  shared.draining = true;
  for (const auto& thread : inside_->threads) thread->drain();
  bool drained = false;
  {
    std::unique_lock lock(shared.running_mutex);
    drained = shared.running_changed.wait_for(lock, patience, [&] { return shared.running == 0; });
  }
  if (!drained) {
    for (const auto& thread : inside_->threads) thread->cut();
  }
  for (const auto& thread : inside_->threads) thread->join();
  shared.control.stop();
  return drained;
}

}  // namespace beckon::http
