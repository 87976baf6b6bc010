// Upkeep in small steps on the committing thread, each riding in a batch: snapshots that bound the journal's tail,
// sessions that leave memory, visitors' own records that rest there, what has expired, and the rewriting of journal
// rows that hold what was erased or has expired.
#pragma once
#include <deque>
#include <vector>

#include "commit/committer.h"

namespace beckon::commit {

class Housekeeping final : public Maintenance {
 public:
  struct Options {
    std::size_t tail_bytes = 128u << 20;              // of the journal behind the checkpoint: bounds recovery
    Duration erase_every = std::chrono::minutes{10};  // a rewriting of the journal begins this long after another one
    Duration sweep_every = std::chrono::minutes{1};
    Duration rest_every = std::chrono::minutes{1};    // a visitor's own record rests after once to twice that time
    Duration tallies = std::chrono::hours{24} * 400;  // how long what was counted of decisions is kept
    std::size_t snapshots_per_batch = 64;
    std::size_t expired_per_batch = 64;
    std::size_t rested_per_batch = 256;       // about 300 µs
    std::size_t rows_per_batch = 32;          // of the journal, rewritten
    std::size_t read_per_batch = 256u << 10;  // bytes of the journal, read for rewriting
  };

  // `tail_bytes`: how much of the journal lies behind the checkpoint at start.
  Housekeeping(ledger::Ledger& ledger, const Draft::Places& places, Options options, ledger::Position checkpoint,
               std::size_t tail_bytes);

  void plan(Draft& draft) override;
  void committed(Draft& draft, const Receipt& receipt) override;
  void failed() override;

  // How often what was to be rewritten was: behind each, what was erased is left in the WAL alone. Thread-safe.
  std::uint64_t rewritings() const { return rewritings_; }

  // What was to be rewritten at this instant has been; of before the start, nothing is known. Thread-safe.
  Instant rewritten_by() const { return rewritten_by_; }

  // Does the rewriting at the next turns, without waiting for its time. Thread-safe. For tests and for operators.
  void erase_soon() { erase_now_ = true; }

 private:
  void bound_tail(Draft& draft);
  void settle_old(Draft& draft);
  void free_memory(Draft& draft);
  void rest(Instant now);
  void sweep(Draft& draft);
  void expire_stored(Draft& draft);
  void expire_in_memory(Draft& draft);
  void expire(Draft& draft, const ledger::SessionDigest& digest, const ledger::ExpiredSession& session);
  void rewrite(Draft& draft);
  void begin_rewriting(Draft& draft);
  void snapshot(Draft& draft, const ledger::SessionDigest& digest);

  ledger::Ledger& ledger_;
  Draft::Places places_;
  const Options options_;
  ledger::Position checkpoint_;
  ledger::Position written_;  // the journal's last position as of the newest commit; before one, the checkpoint
  std::deque<std::pair<ledger::Position, std::size_t>> tail_;  // bytes of the rows behind the checkpoint, in chunks
  std::size_t tail_bytes_ = 0;
  std::vector<ledger::SessionDigest> leaving_;
  Instant swept_at_{};
  Instant rested_at_{};
  bool rests_ = false;  // what nobody reads is being let rest
  Instant erased_at_{};
  std::atomic<bool> erase_now_{false};
  std::atomic<std::uint64_t> rewritings_{0};
  std::atomic<Instant> rewritten_by_{};
  bool stored_may_expire_ = false;   // this sweep has not seen all snapshots that have expired
  std::size_t parts_to_search_ = 0;  // of memory, in this sweep
  // The pass of rewriting that is under way: all that was pending as it began, so that no row is rewritten twice for
  // it.
  struct Pass {
    Instant began{};
    std::vector<ledger::Ledger::Erasure> erasures;                      // by digest
    std::vector<std::pair<ledger::Position, ledger::Position>> ranges;  // of rows that can hold them; first to last
    std::size_t range = 0;                                              // that is being read
    ledger::Position at = 0;                                            // read up to here
    std::size_t named = 0;                                              // erasures that are done, and said to be
  };
  ledger::Position old_to_ = 0;  // whatever changed in rows up to here is to go into snapshots; 0: nothing has to
  std::optional<Pass> pass_;
  bool ended_ = false;  // the pass has planned its last step
};

}  // namespace beckon::commit
