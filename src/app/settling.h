// dispatch::Settlements over the committer: results of attempts are part of the regular group commits.
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
