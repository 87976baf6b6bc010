#include "commit/housekeeping.h"

#include <algorithm>
#include <utility>

namespace beckon::commit {

using ledger::Position;
using ledger::SessionDigest;

namespace {
constexpr std::size_t kTailChunk = 1u << 20;

// At most so many sessions were brought into memory by this batch, or made dirty.
std::size_t records_of(std::string_view journal) {
  std::size_t count = 0;
  for (ledger::JournalReader reader(journal); reader.next();) ++count;
  return count;
}

}  // namespace

Housekeeping::Housekeeping(ledger::Ledger& ledger, const Draft::Places& places, Options options, Position checkpoint,
                           std::size_t tail_bytes)
    : ledger_(ledger),
      places_(places),
      options_(options),
      checkpoint_(checkpoint),
      written_(checkpoint),
      tail_bytes_(tail_bytes) {
  if (tail_bytes > 0) tail_.emplace_back(checkpoint + 1, tail_bytes);
}

void Housekeeping::plan(Draft& draft) {
  for (const SessionDigest& digest : draft.renewed()) snapshot(draft, digest);
  bound_tail(draft);
  free_memory(draft);
  if (draft.now() - swept_at_ >= options_.sweep_every || draft.now() < swept_at_) sweep(draft);
  rewrite(draft);
}

void Housekeeping::bound_tail(Draft& draft) {
  if (tail_bytes_ <= options_.tail_bytes) return;
  // Behind by half as much again: work harder, so that the tail is bounded at any rate of signals.
  std::size_t effort = options_.snapshots_per_batch;
  if (tail_bytes_ > options_.tail_bytes * 3 / 2) effort = std::max(8 * effort, 2 * records_of(draft.batch().journal));
  for (const SessionDigest& digest : places_.sessions.dirtiest(effort)) snapshot(draft, digest);
  const auto dirty = places_.sessions.oldest_dirty();
  const Position clean_to = dirty ? *dirty - 1 : written_;
  if (clean_to > checkpoint_) draft.checkpoint(clean_to);
}

void Housekeeping::free_memory(Draft& draft) {
  leaving_.clear();
  if (places_.sessions.excess() == 0) return;
  // Twice what comes in, where much does: so that memory is bounded at any rate, and by the work of the batch itself.
  leaving_ = places_.sessions.idle(std::max(options_.snapshots_per_batch * 4, 2 * records_of(draft.batch().journal)));
  for (const SessionDigest& digest : leaving_) snapshot(draft, digest);
}

void Housekeeping::snapshot(Draft& draft, const SessionDigest& digest) {
  const auto known = places_.sessions.in_memory(digest);
  if (!known) return;
  const auto session = draft.find(known->handle, known->id, digest);
  if (!session || !*session) return;
  const ledger::Session& s = **session;
  draft.snapshot({.handle = s.handle,
                  .session = s.id,
                  .visitor = s.visitor,
                  .created = s.created,
                  .last_received = s.last_received,
                  .expires_at = s.expires_at,
                  .version = s.version,
                  .bytes = ledger::encode_snapshot(s)});
}

void Housekeeping::sweep(Draft& draft) {
  swept_at_ = draft.now();
  Duration longest{0};
  for (const TenantPtr& tenant : places_.tenants.all()) longest = std::max(longest, tenant->settings.retention);
  draft.sweep_snapshots(draft.now());
  draft.sweep_tallies(draft.now() - options_.tallies);
  if (longest > Duration{0}) draft.sweep_journal(draft.now() - longest);
  places_.sessions.sweep(draft.now());
}

void Housekeeping::rewrite(Draft& draft) {
  if (std::exchange(ended_, false)) pass_.reset();
  if (!pass_) {
    const bool due = draft.now() - erased_at_ >= options_.erase_every || draft.now() < erased_at_;
    if (!due && !erase_now_.exchange(false)) return;
    erased_at_ = draft.now();
    const auto pending = ledger_.erasures();
    if (!pending || pending->empty()) return;
    Pass pass;
    pass.erasures = *pending;
    for (const auto& erasure : pass.erasures) pass.up_to = std::max(pass.up_to, erasure.up_to);
    std::ranges::sort(pass.erasures, {}, &ledger::Ledger::Erasure::digest);
    pass_ = std::move(pass);
  }
  std::size_t rows = 0;
  const auto read = ledger_.read_journal(pass_->at, [&](Position position, Instant, std::string_view bytes) {
    if (position > pass_->up_to) return false;
    if (auto kept = ledger::without(bytes, position, pass_->erasures)) draft.rewrite_row(position, std::move(*kept));
    pass_->at = position;
    return ++rows < options_.rows_per_batch;
  });
  if (read && rows == options_.rows_per_batch) return;
  if (read) draft.erasures_done(pass_->up_to);
  ended_ = true;
}

// Rows that should have been rewritten were not: the pass starts again.
void Housekeeping::failed() {
  leaving_.clear();
  ended_ = false;
  if (std::exchange(pass_, std::nullopt)) erase_now_ = true;
}

void Housekeeping::committed(Draft& draft, const Receipt& receipt) {
  const Position position = written_ = receipt.position;
  const Batch& batch = draft.batch();
  if (!batch.journal.empty()) {
    tail_bytes_ += batch.journal.size();
    if (tail_.empty() || tail_.back().second >= kTailChunk) tail_.emplace_back(position, 0);
    tail_.back().second += batch.journal.size();
  }
  std::optional<Position> checkpoint;
  for (const Change& change : batch.changes)
    std::visit(
        Cases{[&](const SnapshotWrite& one) {
                places_.sessions.written(places_.sessions.digest(one.handle.view(), one.session.view()), position);
              },
              [&](const ErasuresDone&) { ++rewritings_; }, [&](const Checkpoint& one) { checkpoint = one.position; },
              [](const auto&) {}},
        change);
  places_.sessions.drop(leaving_);
  leaving_.clear();
  if (!checkpoint) return;
  checkpoint_ = *checkpoint;
  // A chunk counts until the checkpoint has passed all of it.
  while (tail_.size() > 1 && tail_[1].first <= checkpoint_ + 1) {
    tail_bytes_ -= tail_.front().second;
    tail_.pop_front();
  }
}

}  // namespace beckon::commit
