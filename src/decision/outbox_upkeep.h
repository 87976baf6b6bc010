// Upkeep of the outbox in small steps, each riding in a batch: what was held too long ends as failed, and the log is
// trimmed. How much a step takes is bounded, so that nobody who waits for a commit waits for it.
#pragma once
#include <optional>
#include <string_view>

#include "decision/committer.h"
#include "outbox/outbox.h"

namespace beckon::decision {

inline constexpr std::string_view kHeldTooLong = "held for too long";

class OutboxUpkeep final : public Chores {
 public:
  struct Options {
    Duration held_for = std::chrono::days{7};  // contract section 6
    Duration log_for = std::chrono::days{30};  // what has ended stays so long after it was owed
    Duration sweep_every = std::chrono::minutes{1};
    std::size_t per_batch = 32;                // of each kind
  };
  OutboxUpkeep(outbox::Outbox& outbox, Options options) : outbox_(outbox), options_(options) {}

  void plan(Draft& draft, ledger::Position next) override;
  void committed(Draft&, ledger::Position) override {}
  void failed() override;  // the next sweep does it again

 private:
  // Each returns whether the next batch is to go on with it.
  bool give_up_held(Draft& draft);
  bool trim_deliveries(Draft& draft);
  bool trim_unmatched(Draft& draft);

  outbox::Outbox& outbox_;
  const Options options_;
  Instant swept_at_{};
  bool giving_up_ = false, trimming_ = false, trimming_unmatched_ = false;  // a step of the sweep is left to do
  DeliveryId trimmed_to_;
};

}  // namespace beckon::decision
