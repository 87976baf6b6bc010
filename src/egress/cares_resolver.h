// The resolver over c-ares: no search domains, no host aliases, A and AAAA asked at once and both waited for.
//
// The order is the hosts file, then DNS: /etc/hosts belongs to the operator, and what it says is classified like any
// answer. Both families are waited for until the deadline, so that a denied address is seen; if one kind stays silent
// the other's answers are used alone, which is safe because what was classified is what is connected to. A change of
// /etc/resolv.conf is taken up within seconds.
#pragma once
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "egress/cares_channel.h"
#include "egress/resolver.h"

namespace beckon::egress {

// Confined to the event loop's thread. `loop` outlives it.
class CaresResolver final : public Resolver {
 public:
  CaresResolver(EventLoop& loop, ResolverSettings settings);
  ~CaresResolver() override;

  Ticket start(const std::string& name, Duration at_most, Completion completion) override;
  void cancel(Ticket ticket) override;

 private:
  struct Pending;

  void told(const std::shared_ptr<Pending>& pending, Lookup::Outcome outcome, std::vector<IpAddress> addresses);
  void finish(Pending& pending);
  void renew_channel();

  EventLoop& loop_;
  ResolverSettings settings_;
  std::int64_t read_as_of_;  // the watched file's time of change, in ns; 0 if there is none
  SteadyTime look_again_;
  std::vector<std::unique_ptr<CaresChannel>> channels_;  // the newest last; the others end with their last question
  Ticket next_ = 1;
  std::unordered_map<Ticket, std::shared_ptr<Pending>> pending_;
};

// One lookup with a channel and a loop of its own, blocking for at most `at_most`: for the check at creation.
// Thread-safe.
Lookup resolve_now(const std::string& name, Duration at_most = Duration{3'000}, const ResolverSettings& settings = {});

}  // namespace beckon::egress
