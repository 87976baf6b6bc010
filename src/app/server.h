// The running server: the object graph, its threads, start and stop.
#pragma once
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "app/settings.h"
#include "http/listener.h"
#include "oidc/provider.h"

namespace beckon::store::postgres {
class Ownership;
}

namespace beckon::app {

class Exposition;

class Server {
 public:
  // What a node of several gives the server that it runs while it owns the shards (app/node.h).
  struct Part {
    std::shared_ptr<store::postgres::Ownership> ownership;  // null: no node of several
    std::string name;
    std::shared_ptr<const http::Sockets> sockets, metrics_sockets;
    std::function<void(Exposition&)> metrics;
    std::function<void()> released;  // the shards were given back, in stop()
  };

  // Opens the store, recovers, and serves. The error is a message for the operator. `broken` is called when the storage
  // has failed for good, on the thread that noticed. It must not return: only recovery can tell whether the pending
  // write is on disk, so the write may be neither acknowledged nor refused. For a node of several it may return, and
  // means that the shards are another's: every request gets 503 from then on, until stop().
  static std::expected<std::unique_ptr<Server>, std::string> start(const Settings& settings,
                                                                   std::function<void()> broken, Part part);
  static std::expected<std::unique_ptr<Server>, std::string> start(const Settings& settings,
                                                                   std::function<void()> broken) {
    return start(settings, std::move(broken), Part{});
  }
  ~Server();

  // The parts of a recovered server without its threads, for commands that run under the server's lock. Unless
  // `serving`, a folder without data is an error, and nothing is shipped to a backup folder. `providers`: for
  // sign-in.
  struct Inside;
  static std::expected<std::unique_ptr<Inside>, std::string> open(const Settings& settings,
                                                                  std::function<void()> broken, bool serving,
                                                                  std::vector<oidc::Provider> providers, Part part);
  static std::expected<std::unique_ptr<Inside>, std::string> open(const Settings& settings,
                                                                  std::function<void()> broken, bool serving);

  std::string url() const;  // http://HOST:PORT, as bound; https with certificates
  // Rereads changed certificates, on another thread: at once instead of within seconds.
  void look_at_certificates();

  // Thread-safe. Increases at least ten times a second, unless the committing thread hangs or waits for a slow disk.
  std::uint64_t turns() const;

  // For requests that come from other nodes.
  const std::shared_ptr<http::Inlet>& inlet() const;
  // Another listener on the same sockets takes the clients over (http::Listener::retire).
  void retire();

  // Drains: immediately not ready, no new connections; requests and attempts in flight are finished and recorded.
  void stop();

  // For --dev: the parts that the command line uses too.
  Inside& inside() { return *inside_; }

 private:
  explicit Server(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace beckon::app
