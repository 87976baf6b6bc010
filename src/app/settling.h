// dispatch::Settlements over the committer: the results of attempts ride in the group commits of everything else.
#pragma once
#include "decision/committer.h"
#include "dispatch/settlements.h"

namespace beckon::app {

class Settling final : public dispatch::Settlements {
 public:
  explicit Settling(decision::Committer& committer) : committer_(committer) {}

  void settle(dispatch::SettledBatch batch, Completion done) override;

 private:
  decision::Committer& committer_;
};

}  // namespace beckon::app
