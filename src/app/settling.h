// dispatch::Settlements over the committer: the results of attempts ride in the group commits of everything else.
#pragma once
#include <functional>

#include "decision/committer.h"
#include "dispatch/settlements.h"

namespace beckon::app {

class Settling final : public dispatch::Settlements {
 public:
  // `changed` tells the dispatcher that a subscription changed; called on the committing thread.
  Settling(decision::Committer& committer, std::function<void(const SubscriptionId&)> changed)
      : committer_(committer), changed_(std::move(changed)) {}

  void settle(dispatch::SettledBatch batch, Completion done) override;

 private:
  decision::Committer& committer_;
  std::function<void(const SubscriptionId&)> changed_;
};

}  // namespace beckon::app
