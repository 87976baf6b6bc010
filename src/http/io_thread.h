// One io thread: its listening socket, its connections, and the sweep that enforces their deadlines.
//
// It runs in turns. A turn waits until sockets are ready or other threads have sent something, lets each affected
// connection read once and handle its complete requests, and only then writes all responses: the client of the first
// is still waking up while the others are written, so that most writes wake no process.
//
// Everything here runs on the thread itself, except mail(), retire(), drain() and cut(), which any thread may call.
#pragma once
#include <condition_variable>
#include <expected>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "base/random.h"
#include "http/body_shares.h"
#include "http/connection_count.h"
#include "http/control_pool.h"
#include "http/listener.h"
#include "http/response_head.h"
#include "net/event_loop.h"

namespace beckon::http {

class Connection;
using Steady = std::chrono::steady_clock;

// Shared by the threads of one listener.
struct Shared {
  Shared(ListenerOptions set, const Router& routes, const Clock& time, HttpMetrics& measures)
      : options(std::move(set)),
        router(routes),
        clock(time),
        metrics(measures),
        control(static_cast<std::size_t>(options.control_threads),
                static_cast<std::size_t>(options.control_threads_per_handle)),
        security_line(to_security_line(std::chrono::floor<std::chrono::seconds>(options.hsts))) {}

  const ListenerOptions options;
  const Router& router;
  const Clock& clock;
  HttpMetrics& metrics;
  ConnectionCount connections;
  std::atomic<std::size_t> in_flight{0};
  std::atomic<std::size_t> body_bytes{0};  // HttpLimits::bodies
  BodyShares body_shares;                  // HttpLimits::bodies_per_client
  std::atomic<bool> draining{false};       // set before any thread is asked to drain
  std::atomic<bool> retiring{false};       // likewise
  ControlPool control;
  const std::string security_line;  // of responses over TLS

  std::mutex running_mutex{};
  std::condition_variable running_changed{};
  int running = 0;  // io threads that have not ended
};

// Whether a request may send its body.
struct BodyAllowed {
  std::optional<Fault> fault;
};

// What another thread sends to a connection: a response, a piece of its stream (empty: the end), or BodyAllowed.
struct Mail {
  std::shared_ptr<Connection> to;
  std::variant<Response, std::string, BodyAllowed> what;
};

class IoThread : public std::enable_shared_from_this<IoThread>, net::EventLoop::Watcher {
 public:
  IoThread(std::shared_ptr<Shared> shared, std::uint64_t seed);

  // Before the thread runs: will accept from a duplicate of the socket. False if the system has no room for it.
  [[nodiscard]] bool listen(const net::Descriptor& socket);
  void start();          // runs until drain() or cut() has ended it
  void join();           // if it was started
  void retire();         // see Listener::retire
  void drain();          // see Listener::stop
  void cut();            // closes every connection at once
  void mail(Mail mail);  // dropped if the thread has ended
  bool is_here() const { return current_ == this; }

  // For its connections, on this thread.
  Shared& shared() { return *shared_; }
  const HttpLimits& limits() const { return shared_->options.limits; }
  bool is_draining() const { return shared_->draining.load(std::memory_order_relaxed); }
  bool is_retiring() const { return is_draining() || shared_->retiring.load(std::memory_order_relaxed); }
  Steady::time_point turn_began() const { return turn_began_; }
  Instant turn_at() const { return turn_at_; }  // the same, by the listener's clock
  void make_request_id(std::string& id, Instant at);
  const std::string& date_line(Instant at);  // as ResponseFrame has it
  void give_turn(Connection& connection);    // in this turn if turns are still being given, otherwise in the next
  void set_idle(Connection& connection);     // as the newest of the idle ones
  void set_busy(Connection& connection);
  void unwatch(const net::Descriptor& socket) { loop_.unwatch(socket.number()); }  // before it is closed
  void remove(Connection& connection);                                             // it has closed

 private:
  using Connections = std::list<std::shared_ptr<Connection>>;
  enum class Asked : std::uint8_t { kNothing, kRetire, kDrain, kCut };

  void on_ready(int listening, net::EventLoop::Ready ready) override;
  void run();
  void turn();
  void read_mail();
  void give_turns();
  void accept_some();
  bool make_room(const IpAddress& peer);
  void admit(net::Descriptor socket, const IpAddress& peer);
  bool close_oldest_idle(const IpAddress* only);
  void sweep();
  void ask(Asked what);
  void stop_accepting();
  void begin_drain();
  void close_all();

  static thread_local const IoThread* current_;

  std::shared_ptr<Shared> shared_;
  net::EventLoop loop_;
  net::Descriptor listening_;
  bool clients_wait_ = false;  // a client may be waiting to be accepted
  Connections idle_;           // oldest first
  Connections busy_;
  std::vector<std::shared_ptr<Connection>> ready_;  // to be given a turn
  std::vector<std::shared_ptr<Connection>> in_turn_;
  Steady::time_point turn_began_;
  Instant turn_at_{};
  Steady::time_point next_sweep_;
  SeededRandom random_;  // for request ids, which are not secret
  std::string date_line_;
  std::chrono::sys_seconds date_at_{};
  bool draining_ = false;  // draining has begun

  std::mutex mail_mutex_;
  std::vector<Mail> mail_;
  std::vector<Mail> read_;  // being read; the two take turns, so that neither has to grow again
  Asked asked_ = Asked::kNothing;
  bool mail_closed_ = false;
  std::thread thread_;

  friend class Connection;
};

}  // namespace beckon::http
