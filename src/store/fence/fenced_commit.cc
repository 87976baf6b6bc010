#include "store/fence/fenced_commit.h"

#include <algorithm>
#include <chrono>

#include "system/log.h"

namespace beckon::store {

using commit::Batch;
using commit::CommitFault;
using commit::Receipt;

void FencedCommit::connect(bool at_once) {
  if (link_.connect(at_once)) is_compared_ = false;
}

ledger::Position FencedCommit::begin(const std::vector<std::int64_t>& epochs) {
  connect(true);
  last_ = acknowledged_.begin(link_.journal(), shards_, epochs);
  is_compared_ = true;
  return last_.position;
}

std::expected<Receipt, CommitFault> FencedCommit::write(const Batch& batch) {
  if (broken_ || !link_.is_owner()) return unexpected(CommitFault::kBroken);
  for (bool again = true;; again = false) {
    const bool is_former = link_.is_connected();
    CommitRow row;
    bool is_asked = false;
    try {
      connect(!again);
      if (!is_compared_ && anything_lost()) {
        broken_ = true;
        return unexpected(CommitFault::kBroken);
      }
      row.place =
          batch.journal.empty() ? JournalPlace{last_.position, last_.turn + 1} : JournalPlace{last_.position + 1, 0};
      row.id = link_.new_id();
      row.receipt.position = row.place.position;
      link_.write(batch, row, is_asked);
      return stored(std::move(row));
    } catch (const LinkError& error) {
      // The connection may have been closed while it was idle; a deadlock passes.
      const bool may_pass = error.is_lost() ? is_former : error.kind() == LinkError::Kind::kRolledBack;
      if (is_asked && error.is_lost()) {
        if (planted(Planted::kUnknownIsRefused)) return unexpected(CommitFault::kBusy);
        if (planted(Planted::kUnknownIsRetried)) {
          last_ = row.place;
          continue;
        }
        auto settled = settle(std::move(row));
        if (settled || settled.error() == CommitFault::kBroken || !again || !may_pass) return settled;
      } else if (!again || !may_pass) {
        return failed(error);
      }
    }
  }
}

std::unexpected<CommitFault> FencedCommit::failed(const LinkError& error) {
  using Kind = LinkError::Kind;
  log::error("commit_failed").add("sqlstate", error.code()).add("message", error.what());
  if (error.kind() == Kind::kFenced || error.kind() == Kind::kTaken) {
    broken_ = true;
    log::error("taken_over").add("why", "another server has taken over this database");
    return unexpected(CommitFault::kBroken);
  }
  return unexpected(error.kind() == Kind::kFull ? CommitFault::kFull : CommitFault::kBusy);
}

Receipt FencedCommit::stored(CommitRow row) {
  if (row.effects) row.effects->publish();
  last_ = row.place;
  for (const Shard shard : row.shards) acknowledged_.stored(shard, row);
  return std::move(row.receipt);
}

std::expected<Receipt, CommitFault> FencedCommit::settle(CommitRow row) {
  ++counts_.unknown;
  log::warn("commit_outcome_unknown").add("position", static_cast<std::int64_t>(row.place.position));
  link_.close();
  const auto asked_at = std::chrono::steady_clock::now();
  Outcome outcome = Outcome::kOpen;
  while (outcome == Outcome::kOpen && !given_up_) {
    try {
      connect(false);
      outcome = look(row);
    } catch (const LinkError& error) {
      if (error.kind() == LinkError::Kind::kFenced) outcome = Outcome::kOvertaken;
      // Whatever else it is, the outcome is as unknown as before.
    }
    if (outcome == Outcome::kOpen) link_.wait();
  }
  const auto waited = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - asked_at).count();
  const auto told = [&](const char* what) {
    log::warn("commit_outcome_found").add("what", what).add("waited_ms", waited);
  };
  switch (outcome) {
    case Outcome::kStored:
      ++counts_.found;
      told("it is stored");
      return stored(std::move(row));
    case Outcome::kNever:
      ++counts_.not_found;
      told("it is not stored");
      last_ = row.place;  // which its substitute has
      return unexpected(CommitFault::kBusy);
    case Outcome::kOvertaken: told("another server has taken over"); break;
    case Outcome::kLost: told("the database has lost commits before it"); break;
    case Outcome::kOpen: told("the server stopped before it was known"); break;
  }
  broken_ = true;
  return unexpected(CommitFault::kBroken);
}

FencedCommit::Outcome FencedCommit::look(const CommitRow& row) {
  if (anything_lost()) return Outcome::kLost;
  const Shard first = *row.shards.begin();
  if (const auto id = link_.id_at(first, row.place)) {
    if (*id != row.id) return Outcome::kOvertaken;
    link_.confirm(first, row.place);
    return Outcome::kStored;
  }
  CommitRow substitute;
  substitute.place = row.place;
  substitute.id = link_.new_id();
  substitute.shards = {first};
  try {
    link_.substitute(substitute);
  } catch (const LinkError& error) {
    if (error.kind() == LinkError::Kind::kTaken)
      return Outcome::kOpen;  // the former transaction was faster: look again
    throw;
  }
  acknowledged_.stored(first, substitute);
  return Outcome::kNever;
}

bool FencedCommit::anything_lost() {
  is_compared_ = acknowledged_.has_all(link_.journal(), shards_);
  return !is_compared_;
}

}  // namespace beckon::store
