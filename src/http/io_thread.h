// One io thread: its io_context, its acceptor, its connections and the one timer that looks after their deadlines.
//
// Everything here runs on the thread itself, but for mail(), drain() and cut(), which any thread may call.
#pragma once
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <condition_variable>
#include <expected>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/encoding.h"
#include "base/random.h"
#include "http/listener.h"

namespace beckon::http {

class Connection;
using Steady = std::chrono::steady_clock;
using Executor = boost::asio::io_context::executor_type;
using Tcp = boost::asio::ip::tcp;
using Socket = boost::asio::basic_stream_socket<Tcp, Executor>;

// How many connections there are, in all and by address, over all threads. Internally locked; the table is keyed by
// what a stranger chooses, so its hash has a key, and HttpLimits::connections is its cap.
class ConnectionCount {
 public:
  ConnectionCount();
  void add(const ClientAddress& peer);
  void remove(const ClientAddress& peer);
  std::size_t all() const { return all_.load(std::memory_order_relaxed); }
  std::size_t of(const ClientAddress& peer) const;

 private:
  struct Hash {
    KeyedHash keyed;
    std::size_t operator()(const ClientAddress& address) const;
  };
  mutable std::mutex mutex_;
  std::unordered_map<ClientAddress, std::size_t, Hash> by_address_;
  std::atomic<std::size_t> all_{0};
};

// What the threads of one listener share.
struct Shared {
  Shared(ListenerOptions set, const Router& routes, const Clock& time, HttpMetrics& measures, std::size_t threads)
      : options(std::move(set)), router(routes), clock(time), metrics(measures), control(threads) {}

  const ListenerOptions options;
  const Router& router;
  const Clock& clock;
  HttpMetrics& metrics;
  ConnectionCount connections;
  std::atomic<std::size_t> in_flight{0};
  boost::asio::thread_pool control;

  std::mutex running_mutex{};
  std::condition_variable running_changed{};
  int running = 0;  // io threads that have not ended
};

// What another thread sends to a connection: an answer, or a piece of its stream (empty: the end).
struct Mail {
  std::shared_ptr<Connection> to;
  std::variant<Response, std::string> what;
};

class IoThread : public std::enable_shared_from_this<IoThread> {
 public:
  IoThread(std::shared_ptr<Shared> shared, std::uint64_t seed);

  // Binds before the thread runs. Nothing on success, else why not.
  std::expected<std::uint16_t, std::string> listen(const Tcp::endpoint& at);
  void start();  // runs until drained or cut
  void join();   // if it was started
  void drain();  // see Listener::stop
  void cut();    // closes every connection at once
  void mail(Mail mail);  // dropped when the thread has ended
  bool is_here() const { return current_ == this; }

  // For its connections, on this thread.
  Shared& shared() { return *shared_; }
  const HttpLimits& limits() const { return shared_->options.limits; }
  bool is_draining() const { return draining_; }
  Executor executor() { return io_.get_executor(); }
  std::string make_request_id(Instant at);
  const std::string& date_line(Instant at);  // as ResponseFrame has it
  void set_idle(Connection& connection);  // the youngest of the idle ones
  void set_busy(Connection& connection);
  void remove(Connection& connection);  // it has closed

 private:
  using Acceptor = boost::asio::basic_socket_acceptor<Tcp, Executor>;
  using Timer = boost::asio::basic_waitable_timer<Steady, boost::asio::wait_traits<Steady>, Executor>;
  using Connections = std::list<std::shared_ptr<Connection>>;

  void run();
  void wait_for_clients();
  void accept_all();
  bool make_room(const ClientAddress& peer);
  void admit(Socket socket, const Tcp::endpoint& peer);
  bool close_oldest_idle(const ClientAddress* only);
  void sweep();
  void wait_for_sweep();
  void read_mail();
  void begin_drain();

  static thread_local const IoThread* current_;

  std::shared_ptr<Shared> shared_;
  boost::asio::io_context io_;
  Acceptor acceptor_;
  Timer timer_;
  Connections idle_;  // oldest first
  Connections busy_;
  SeededRandom random_;  // for request ids, which are no secrets
  std::string date_line_;
  std::chrono::sys_seconds date_at_{};
  bool draining_ = false;
  bool accept_paused_ = false;  // out of descriptors; the sweep tries again

  std::mutex mail_mutex_;
  std::vector<Mail> mail_;
  bool mail_closed_ = false;
  std::thread thread_;

  friend class Connection;
};

}  // namespace beckon::http
