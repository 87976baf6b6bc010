// The resolver with c-ares: no search domains, no host aliases; A and AAAA are queried in parallel and both awaited.
//
// The hosts file comes before DNS: /etc/hosts belongs to the operator, and its addresses are classified like
// any others. Both families are awaited, so that a denied address is seen, but AAAA only briefly once A is
// answered: some networks drop that query. If one stays unanswered, the other is used alone, which is safe
// because only classified addresses are connected to. A change of /etc/resolv.conf takes effect within
// seconds.
#pragma once
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "egress/cares_channel.h"
#include "egress/resolver.h"
#include "system/file_watch.h"

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
  FileWatch servers_;
  std::vector<std::unique_ptr<CaresChannel>> channels_;  // the newest last; the others end with their last query
  Ticket next_ = 1;
  std::unordered_map<Ticket, std::shared_ptr<Pending>> pending_;
};

}  // namespace beckon::egress
