// One c-ares channel on the event loop: queries one record type of one name.
#pragma once
#include <ares.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "egress/resolver.h"
#include "net/event_loop.h"

namespace beckon::egress {

using net::EventLoop;
using net::SteadyTime;

struct ResolverSettings {
  std::string servers;                            // "192.0.2.53,[2001:db8::53]:5353"; empty: those of /etc/resolv.conf
  bool hosts_file = true;                         // /etc/hosts before DNS
  Duration try_each{1'000};                       // the timeout of the first query; the second is twice as long
  Duration v6_grace{300};                         // for AAAA, once A has been answered
  std::string watched_file = "/etc/resolv.conf";  // when it changes, the servers are read again
  Duration watch_each{5'000};                     // minimum interval between checks
};

// Confined to the event loop's thread. `loop` outlives it. Never destroyed from inside a callback.
class CaresChannel final : EventLoop::Watcher {
 public:
  // The outcome for this record type.
  using Told = std::move_only_function<void(Lookup::Outcome, std::vector<IpAddress>)>;
  CaresChannel(EventLoop& loop, const ResolverSettings& settings);
  ~CaresChannel() override;  // open queries complete with kFailed

  // `family` is AF_INET or AF_INET6. Completes once, perhaps from inside ask(); cannot be canceled.
  void ask(const std::string& name, int family, Told told);
  int open() const { return open_; }

 private:
  struct Question {
    CaresChannel* self;
    Told told;
  };
  void on_ready(int fd, EventLoop::Ready ready) override;
  void arm_timer();
  static void on_socket(void* self, ares_socket_t fd, int readable, int writable);
  static void on_answer(void* question, int status, int timeouts, ares_addrinfo* answer);

  EventLoop& loop_;
  ares_channel channel_ = nullptr;
  std::optional<EventLoop::Timer> timer_;
  int open_ = 0;
};

}  // namespace beckon::egress
