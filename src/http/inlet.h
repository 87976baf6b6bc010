// The way in for requests that another node has read from its clients. They run as those of this listener's own
// connections do: the same routes, hooks, control threads, limits and metrics, and their client is the one that the
// other node names. Limits of connections and of bodies under way are kept where the connections are.
#pragma once
#include <atomic>
#include <chrono>
#include <memory>

#include "http/message.h"

namespace beckon::http {

struct Shared;

// Thread-safe.
class Inlet : public std::enable_shared_from_this<Inlet> {
 public:
  explicit Inlet(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

  // `request`: complete with its body, client and id, and whatever its views point to. A request that still waits for a
  // control thread at `deadline` gets 503. `respond` is called once, from any thread.
  void take(std::shared_ptr<Request> request, std::chrono::steady_clock::time_point deadline, Respond respond);

  // From then on every request gets 503, also those that wait: the server is ending. Called before what their handlers
  // use is gone.
  void close() { closed_ = true; }
  bool is_closed() const { return closed_; }

 private:
  class Answer;

  void run(Request& request, std::chrono::steady_clock::time_point deadline, Respond respond);
  void finish(Request& request, Response& response, std::chrono::microseconds took);
  Response failed(const Request& request) const;

  const std::shared_ptr<Shared> shared_;
  std::atomic<bool> closed_{false};
};

}  // namespace beckon::http
