// The way in for requests that were read elsewhere: by the listener that several servers of a process share, or by
// another node. They run as those of a listener's own connections do: the same steps, hooks and metrics, with control
// threads of their own. Limits of connections and of bodies under way are kept where the connections are.
#pragma once
#include <atomic>
#include <chrono>
#include <memory>

#include "http/listener.h"
#include "http/message.h"

namespace beckon::http {

struct Shared;

// Thread-safe.
class Inlet : public std::enable_shared_from_this<Inlet> {
 public:
  // `router`, `clock` and `metrics` must live until close() has returned.
  Inlet(ListenerOptions options, const Router& router, const Clock& clock, HttpMetrics& metrics);
  ~Inlet();

  // `request`: complete with its body, client and id, and whatever its views point to. A request that still waits for a
  // control thread at `deadline` gets 503. `respond` is called once, from any thread. False if the inlet is closing:
  // then nothing has happened to either.
  [[nodiscard]] bool take(std::shared_ptr<Request> request, std::chrono::steady_clock::time_point deadline,
                          Respond& respond);

  // Takes no more, and waits until those that it has taken are answered; those that are not after `patience` get 503.
  // Once it has returned, nothing that their handlers use is needed anymore. Call once.
  void close(std::chrono::milliseconds patience);

  std::size_t control_waiting() const;  // requests that wait for a control thread, now

 private:
  class Answer;

  void run(Request& request, std::chrono::steady_clock::time_point deadline, Respond respond);
  void finish(Request& request, Response& response, std::chrono::microseconds took);
  Response failed(const Request& request) const;

  const std::shared_ptr<Shared> shared_;
  std::atomic<std::size_t> inside_{0};  // threads that are in take() or in an answer
  std::atomic<bool> closing_{false};
  std::atomic<bool> closed_{false};
};

}  // namespace beckon::http
