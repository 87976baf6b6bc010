// outbox::Settlements over the committer: results of attempts are part of the regular group commits.
#pragma once
#include "commit/committer.h"
#include "outbox/settlements.h"

namespace beckon::intake {

class Settling final : public outbox::Settlements {
 public:
  explicit Settling(commit::Committer& committer) : committer_(committer) {}

  void settle(outbox::SettledBatch batch, Completion done) override;

 private:
  commit::Committer& committer_;
};

}  // namespace beckon::intake
