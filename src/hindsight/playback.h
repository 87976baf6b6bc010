// The journal played back: sessions of one handle rebuilt record by record, as they were. A session is
// what its records make of it (ledger::applied), so what was known at an instant is known again, as far back as the
// journal reaches. Scratch of its owner: nothing of it is stored, or seen by anyone else.
#pragma once
#include <functional>
#include <unordered_map>

#include "decision/known.h"
#include "ledger/codec.h"

namespace beckon::hindsight {

// By so much the clock may have been set back, or a decision recorded behind its instant: where one looks for the
// instant of a record, one begins earlier.
inline constexpr Duration kClockSlack = std::chrono::minutes{10};

// A row of the journal: one commit.
struct JournalRow {
  ledger::Position position = 0;
  Instant at{};
};

// Confined to its caller.
class Playback {
 public:
  // `digests` outlives it; nothing else is read of it.
  explicit Playback(const commit::Sessions& digests) : digests_(digests) {}

  // The record takes effect.
  void take(const ledger::SessionDigest& digest, const ledger::Record& record);
  // A session as it stood before the first of its records that will be taken.
  void put(const ledger::SessionDigest& digest, ledger::SessionPtr session) {
    put(sessions_[digest], std::move(session));
  }

  // Null: not known, whether or not it has expired by now.
  ledger::SessionPtr find(const ledger::SessionDigest& digest) const;
  const commit::Sessions& digests() const { return digests_; }

  void forget(const ledger::SessionDigest& digest);
  void forget_expired(Instant now);
  std::size_t bytes() const { return bytes_; }  // memory held, about

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

// What is known as of then (decision/known.h). It is all in memory, so this does not fail.
decision::FindSession finder(const Playback& then);
void gather(const Playback& then, const Handle& handle, const ledger::SessionDigest& digest, decision::Wanted wanted,
            Instant now, decision::Known& known);

// What a decision said of who it was about, as it was understood then, becomes known; `known.session` is set. `visitor`
// and `anonymous` as its record has them.
void name(const Playback& then, const Handle& handle, const commit::HandleSettings& settings, const VisitorId& visitor,
          std::string_view anonymous, Instant at, decision::Known& known);

// Calls `row` with each journal row behind `after`, in order, without what was erased and is still to leave the disk,
// until it returns false.
Result<void> read_rows(ledger::Ledger& ledger, ledger::Position after,
                       const std::function<bool(const JournalRow&, std::string_view bytes)>& row);

// Whose record it is; records that it does not want are not decoded. `bytes` as JournalReader gives them.
using WantsRecord = std::function<bool(const ledger::JournalReader::Item&)>;
// Sees each wanted record of the handle; false ends the walk.
using SeesRecord = std::function<bool(const JournalRow&, const ledger::SessionDigest&, const ledger::Record&)>;

// Walks the journal behind `after`, in order. What a record forgets is wanted by its digest alone.
Result<void> walk(ledger::Ledger& ledger, ledger::Position after, const Handle& handle, const WantsRecord& wants,
                  const SeesRecord& sees);

}  // namespace beckon::hindsight
