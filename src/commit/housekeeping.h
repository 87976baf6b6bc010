// Maintenance in small steps on the committing thread, each part of a batch: snapshots that bound the journal's tail,
// eviction of sessions from memory, packing of visitors' own records in memory, expiry, and rewriting of journal rows
// with erased or expired data.
#pragma once
#include <deque>
#include <vector>

#include "commit/committer.h"

namespace beckon::commit {

class Housekeeping final : public Maintenance {
 public:
  struct Options {
    std::size_t tail_bytes = 128u << 20;              // journal after the checkpoint; bounds recovery time
    Duration erase_every = std::chrono::minutes{10};  // between the starts of two rewriting passes
    Duration sweep_every = std::chrono::minutes{1};
    Instant swept_at{};                               // counts as the last sweep before the start
    Duration rest_every = std::chrono::minutes{1};    // a session unread for one to two times this is packed
    Duration tallies = std::chrono::hours{24} * 400;  // how long counts of decisions are kept
    std::size_t snapshots_per_batch = 64;
    std::size_t expired_per_batch = 64;
    std::size_t rested_per_batch = 64;        // about 200 µs
    std::size_t rows_per_batch = 32;          // of the journal, rewritten
    std::size_t read_per_batch = 256u << 10;  // bytes of the journal, read for rewriting
  };

  // `tail_bytes`: size of the journal after the checkpoint at start.
  Housekeeping(ledger::Ledger& ledger, const Draft::Places& places, Options options, ledger::Position checkpoint,
               std::size_t tail_bytes);

  void plan(Draft& draft) override;
  void committed(Draft& draft, const Receipt& receipt) override;
  void failed() override;
  bool hurries() const override { return rests_; }  // else a million sessions would take half an hour

  // Completed rewriting passes. After each, erased data is left in the WAL only. Thread-safe.
  std::uint64_t rewritings() const { return rewritings_; }

  // All rewriting that was pending at this instant is done; unknown for before the start. Thread-safe.
  Instant rewritten_by() const { return rewritten_by_; }

  // Starts the rewriting with the next batches instead of at its time. Thread-safe. For tests and operators.
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
  ledger::Position written_;  // the journal's last position as of the newest commit; before the first, the checkpoint
  std::deque<std::pair<ledger::Position, std::size_t>> tail_;  // bytes of the rows after the checkpoint, in chunks
  std::size_t tail_bytes_ = 0;
  std::vector<ledger::SessionDigest> leaving_;
  Instant swept_at_{options_.swept_at};
  Instant rested_at_{};
  bool rests_ = false;  // records are being packed
  Instant erased_at_{};
  std::atomic<bool> erase_now_{false};
  std::atomic<std::uint64_t> rewritings_{0};
  std::atomic<Instant> rewritten_by_{};
  bool stored_may_expire_ = false;   // this sweep has not yet seen all expired snapshots
  std::size_t parts_to_search_ = 0;  // of memory, left in this sweep
  // The current rewriting pass: covers all erasures that were pending when it began, so that no row is rewritten twice
  // for them.
  struct Pass {
    Instant began{};
    std::vector<ledger::Ledger::Erasure> erasures;                      // by digest
    std::vector<std::pair<ledger::Position, ledger::Position>> ranges;  // of rows that may contain them: first to last
    std::size_t range = 0;                                              // being read
    ledger::Position at = 0;                                            // read up to here
    std::size_t named = 0;                                              // erasures already reported as done
  };
  ledger::Position old_to_ = 0;  // changes in rows up to here must go into snapshots; 0 if there are none
  std::optional<Pass> pass_;
  bool ended_ = false;  // the pass has planned its last step
};

}  // namespace beckon::commit
