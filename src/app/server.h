// The running server: the object graph, its threads, start and stop.
#pragma once
#include <expected>
#include <memory>
#include <string>

#include "app/settings.h"
#include "oidc/provider.h"

namespace beckon::app {

class Server {
 public:
  // Opens the store, recovers, and serves. The error is a message for the operator. `broken` is called when the
  // storage has failed for good, on the thread that noticed. It must not return: only recovery can tell whether the
  // pending write is on disk, so it may be neither acknowledged nor refused.
  static std::expected<std::unique_ptr<Server>, std::string> start(const Settings& settings,
                                                                   std::function<void()> broken);
  ~Server();

  // The parts of a recovered server without its threads, for commands that run under the server's lock. For those, a
  // folder without data is an error, and nothing is shipped to a backup folder; not so if it is to be `serving`.
  // `providers`: through which users sign in.
  struct Inside;
  static std::expected<std::unique_ptr<Inside>, std::string> open(const Settings& settings,
                                                                  std::function<void()> broken, bool serving,
                                                                  std::vector<oidc::Provider> providers = {});

  std::string url() const;  // http://HOST:PORT, as bound; https with certificates
  // Reads those of its certificates that have changed, on a thread of its own: at once instead of within seconds.
  void look_at_certificates();

  // Thread-safe. Rises at least ten times a second, unless the committing thread hangs or waits for a slow disk.
  std::uint64_t turns() const;

  // Drains: immediately not ready, no new connections, requests and attempts in flight are finished and recorded.
  void stop();

  // For --dev: the parts that the command line uses too.
  Inside& inside() { return *inside_; }

 private:
  explicit Server(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace beckon::app
