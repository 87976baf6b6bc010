#include "http/listener.h"

#include <utility>

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
  if (!options.sockets) {
    auto bound = listen_at(options.host, options.port, options.io_threads);
    if (!bound) return std::unexpected(bound.error());
    options.sockets = std::move(*bound);
  }
  CHECK(options.sockets->all.size() == static_cast<std::size_t>(options.io_threads));
  auto inside = std::make_unique<Inside>();
  inside->port = options.sockets->port;
  const auto sockets = std::exchange(options.sockets, nullptr);  // the threads have their own, to close
  inside->shared = std::make_shared<Shared>(std::move(options), router, clock, metrics);
  SystemRandom random;
  for (const Descriptor& socket : sockets->all) {
    auto thread = std::make_shared<IoThread>(inside->shared, random.next());
    if (!thread->listen(socket)) return std::unexpected("the system cannot watch any more sockets");
    inside->threads.push_back(std::move(thread));
  }
  inside->shared->running = inside->shared->options.io_threads;
  for (const auto& thread : inside->threads) thread->start();
  return std::unique_ptr<Listener>(new Listener(std::move(inside)));
}

void Listener::retire() {
  inside_->shared->retiring = true;
  for (const auto& thread : inside_->threads) thread->retire();
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
