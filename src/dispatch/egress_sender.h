// The Sender over egress: the only file that uses both.
#pragma once
#include <functional>
#include <unordered_set>

#include "dispatch/sender.h"
#include "egress/egress.h"

namespace beckon::dispatch {

// Confined to one thread, except wake(). `egress` outlives it.
class EgressSender final : public Sender {
 public:
  // `policy` returns the current snapshot; called for each request.
  EgressSender(egress::Egress& egress, std::function<egress::PolicySnapshot()> policy)
      : egress_(egress), policy_(std::move(policy)) {}
  ~EgressSender() override { abandon(); }

  void send(SendRequest request, Completion done) override;
  void poll(Duration most) override { egress_.poll(most); }
  void wake() override { egress_.wake(); }
  void abandon() override;

 private:
  egress::Egress& egress_;
  std::function<egress::PolicySnapshot()> policy_;
  std::unordered_set<egress::Egress::Ticket> under_way_;
};

}  // namespace beckon::dispatch
