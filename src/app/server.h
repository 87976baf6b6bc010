// The running server: the object graph, its threads, start and stop.
#pragma once
#include <expected>
#include <memory>
#include <string>

#include "app/settings.h"

namespace beckon::app {

class Server {
 public:
  // Opens the store, recovers, and serves. The error is a sentence for the operator. `broken` is called, on
  // the thread that found it, when the storage has failed for good. It must not return: whether what was being written
  // is on disk only recovery can tell, so nobody may be told that it is, nor that it is not.
  static std::expected<std::unique_ptr<Server>, std::string> start(const Settings& settings,
                                                                   std::function<void()> broken);
  ~Server();

  // The parts of a server that has recovered, before any of its threads: what a command works on under the server's
  // lock.
  struct Inside;
  static std::expected<std::unique_ptr<Inside>, std::string> open(const Settings& settings,
                                                                  std::function<void()> broken);

  std::string url() const;  // http://HOST:PORT, as bound

  // Drains: not ready at once, no new connection, what is in flight is finished and its results written.
  void stop();

  // For what --dev shows: the parts that the command line uses too.
  Inside& inside() { return *inside_; }

 private:
  explicit Server(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace beckon::app
