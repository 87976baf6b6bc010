// The resolver over c-ares: no search domains, no host aliases, A and AAAA asked at once and both waited for.
//
// The order is the hosts file, then DNS ("fb"): /etc/hosts belongs to the operator, and what it says is classified like
// any answer. Both families are waited for until the deadline, so that a denied address is seen; if one kind stays
// silent the other's answers are used alone, which is safe because what was classified is what is connected to.
#pragma once
#include <ares.h>

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "egress/reactor.h"
#include "egress/resolver.h"

namespace beckon::egress {

struct ResolverSettings {
  std::string servers;               // "192.0.2.53,[2001:db8::53]:5353"; empty for those of /etc/resolv.conf
  bool hosts_file = true;
  Duration try_each{1'000};          // the first wait for a server's answer; the second is twice as long
};

// Confined to the reactor's thread. `reactor` outlives it.
class CaresResolver final : public Resolver, Reactor::Watcher {
 public:
  CaresResolver(Reactor& reactor, const ResolverSettings& settings);
  ~CaresResolver() override;

  Ticket start(const std::string& name, Duration at_most, Completion completion) override;
  void cancel(Ticket ticket) override;

 private:
  struct Pending;
  struct Question;

  void on_ready(int fd, bool readable, bool writable) override;
  void ask(const std::shared_ptr<Pending>& pending, const std::string& name, int family);
  void finish(Pending& pending);
  void arm_timer();
  static void on_socket(void* self, ares_socket_t fd, int readable, int writable);
  static void on_answer(void* question, int status, int timeouts, ares_addrinfo* answer);

  Reactor& reactor_;
  ares_channel channel_ = nullptr;
  std::optional<Reactor::Timer> timer_;
  Ticket next_ = 1;
  std::unordered_map<Ticket, std::shared_ptr<Pending>> pending_;
};

// One lookup with a channel and a loop of its own, blocking for at most `at_most`: for the check at creation.
// Thread-safe.
Lookup resolve_now(const std::string& name, Duration at_most = Duration{3'000}, const ResolverSettings& settings = {});

}  // namespace beckon::egress
