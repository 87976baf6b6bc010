// One c-ares channel on the reactor: asks for one kind of record of one name.
#pragma once
#include <ares.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "egress/reactor.h"
#include "egress/resolver.h"

namespace beckon::egress {

struct ResolverSettings {
  std::string servers;       // "192.0.2.53,[2001:db8::53]:5353"; empty for those of /etc/resolv.conf
  bool hosts_file = true;    // /etc/hosts before DNS
  Duration try_each{1'000};  // the first wait for a server's answer; the second is twice as long
  std::string watched_file = "/etc/resolv.conf";  // a change of it means that c-ares reads its servers anew
  Duration watch_each{5'000};                     // at most once in this time
};

// Confined to the reactor's thread. `reactor` outlives it. Never destroyed from inside a callback.
class CaresChannel final : Reactor::Watcher {
 public:
  // Outcome as for one kind of record alone.
  using Told = std::move_only_function<void(Lookup::Outcome, std::vector<Address>)>;
  CaresChannel(Reactor& reactor, const ResolverSettings& settings);
  ~CaresChannel() override;  // what is open is told kFailed

  // `family` is AF_INET or AF_INET6. Tells once, perhaps from inside ask(); a question cannot be taken back.
  void ask(const std::string& name, int family, Told told);
  int open() const { return open_; }

 private:
  struct Question {
    CaresChannel* self;
    Told told;
  };
  void on_ready(int fd, bool readable, bool writable) override;
  void arm_timer();
  static void on_socket(void* self, ares_socket_t fd, int readable, int writable);
  static void on_answer(void* question, int status, int timeouts, ares_addrinfo* answer);

  Reactor& reactor_;
  ares_channel channel_ = nullptr;
  std::optional<Reactor::Timer> timer_;
  int open_ = 0;
};

}  // namespace beckon::egress
