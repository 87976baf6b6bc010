// Plays the journal back: rebuilds sessions of one handle record by record, as they were. A session is the result of
// its records (ledger::applied), so its state at any instant can be restored, as far back as the journal reaches.
// Private to its owner: nothing is stored or visible elsewhere.
#pragma once
#include <functional>
#include <unordered_map>

#include "decision/known.h"
#include "ledger/codec.h"

namespace beckon::hindsight {

// The most that a clock may have been set back, or a decision recorded after its instant: a search for the instant of a
// record starts this much earlier.
inline constexpr Duration kClockSlack = std::chrono::minutes{10};

// A row of the journal: one commit.
struct JournalRow {
  ledger::Position position = 0;
  Instant at{};
};

// Confined to its caller.
class Playback {
 public:
  // `digests` outlives it and only computes digests.
  explicit Playback(const commit::Sessions& digests) : digests_(digests) {}

  // Applies the record.
  void take(const ledger::SessionDigest& digest, const ledger::Record& record);
  void take(const ledger::SessionDigest& digest, const ledger::AppendRecord& record);
  // Sets a session as it was before the first of its records to be taken.
  void put(const ledger::SessionDigest& digest, ledger::SessionPtr session) {
    put(sessions_[digest], std::move(session));
  }

  // Null if unknown. Also returns an expired session.
  ledger::SessionPtr find(const ledger::SessionDigest& digest) const;
  const commit::Sessions& digests() const { return digests_; }

  void forget(const ledger::SessionDigest& digest);
  void forget_expired(Instant now);
  void give(const ledger::SessionDigest& digest, Playback& to);  // as it is
  std::size_t bytes() const { return bytes_; }                   // memory used, approximately

 private:
  struct Slot {
    ledger::SessionPtr session;
    std::size_t bytes = 0;
  };
  void put(Slot& slot, ledger::SessionPtr session);

  const commit::Sessions& digests_;
  std::unordered_map<ledger::SessionDigest, Slot> sessions_;
  std::size_t bytes_ = 0;
};

// The state as of then (decision/known.h). All in memory, so gather() does not fail.
decision::FindSession finder(const Playback& then);
void gather(const Playback& then, const Handle& handle, const ledger::SessionDigest& digest, decision::Wanted wanted,
            Instant now, decision::Known& known);

// Applies to `known`, as was done at the time, what a decision's request said about its visitor; `known.session` is
// set. `visitor` and `anonymous` are from its record.
void name(const Playback& then, const Handle& handle, const commit::HandleSettings& settings, const VisitorId& visitor,
          std::string_view anonymous, Instant at, decision::Known& known);

// Calls `row` for each journal row after `after`, in order, until it returns false; erased data that is still on disk
// is left out.
Result<void> read_rows(ledger::Ledger& ledger, ledger::Position after,
                       const std::function<bool(const JournalRow&, std::string_view bytes)>& row);

std::string_view handle_of(const ledger::Record& record);  // empty if it names none

// Whether to decode a record; by its owner. `bytes` is as JournalReader returns it.
using WantsRecord = std::function<bool(const ledger::JournalReader::Item&)>;
// Called for each wanted record of the handle; false ends the walk.
using SeesRecord = std::function<bool(const JournalRow&, const ledger::SessionDigest&, const ledger::Record&)>;

// Walks the journal after `after`, in order. A ForgetRecord is filtered by its digest only.
Result<void> walk(ledger::Ledger& ledger, ledger::Position after, const Handle& handle, const WantsRecord& wants,
                  const SeesRecord& sees);

}  // namespace beckon::hindsight
