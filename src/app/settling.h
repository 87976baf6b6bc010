// dispatch::Settlements over the committer: the results of attempts ride in the group commits of everything else.
#pragma once
#include "commit/committer.h"
#include "dispatch/settlements.h"

namespace beckon::app {

class Settling final : public dispatch::Settlements {
 public:
  explicit Settling(commit::Committer& committer) : committer_(committer) {}

  void settle(dispatch::SettledBatch batch, Completion done) override;

 private:
  commit::Committer& committer_;
};

}  // namespace beckon::app
