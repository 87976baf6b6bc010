#include "commit/housekeeping.h"

#include <algorithm>
#include <span>
#include <utility>

namespace beckon::commit {

using ledger::Position;
using ledger::SessionDigest;

namespace {
constexpr std::size_t kTailChunk = 1u << 20;
constexpr std::size_t kSearched = 4'096;    // sessions in memory checked in one batch: about 100 µs
constexpr std::size_t kReadAfterStart = 8;  // sessions read for the search in one batch: about a millisecond
// Gaps of up to this many rows between two ranges are read: looking for the next range costs about as much.
constexpr Position kGap = 256;

// The maximum number of sessions that this batch loaded into memory or made dirty.
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
  settle_old(draft);
  free_memory(draft);
  rest(draft.now());
  if (is_due(draft.now(), swept_at_, options_.sweep_every)) sweep(draft);
  if (stored_may_expire_) expire_stored(draft);
  if (parts_to_search_ > 0) expire_in_memory(draft);
  rewrite(draft);
}

void Housekeeping::bound_tail(Draft& draft) {
  if (tail_bytes_ <= options_.tail_bytes) return;
  // Over the limit by half: work harder, so that the tail stays bounded at any rate of signals.
  std::size_t effort = options_.snapshots_per_batch;
  if (tail_bytes_ > options_.tail_bytes * 3 / 2) effort = std::max(8 * effort, 2 * records_of(draft.batch().journal));
  for (const SessionDigest& digest : places_.sessions.dirtiest(effort)) snapshot(draft, digest);
  const auto dirty = places_.sessions.oldest_dirty();
  const Position clean_to = dirty ? *dirty - 1 : written_;
  if (clean_to > checkpoint_) draft.checkpoint(clean_to);
}

// Visitor data may outlive the journal, so it is written to a snapshot long before its rows are deleted.
void Housekeeping::settle_old(Draft& draft) {
  if (old_to_ == 0) return;
  const auto dirty = places_.sessions.oldest_dirty();
  if (dirty && *dirty <= old_to_) {
    for (const SessionDigest& digest : places_.sessions.dirtiest(options_.snapshots_per_batch * 4))
      snapshot(draft, digest);
    return;
  }
  old_to_ = 0;
  const Position clean_to = dirty ? *dirty - 1 : written_;
  if (clean_to > checkpoint_) draft.checkpoint(clean_to);
}

void Housekeeping::free_memory(Draft& draft) {
  leaving_.clear();
  if (places_.sessions.excess() == 0) return;
  // Twice the incoming amount under load: bounds memory at any rate, by the work of the batch itself.
  leaving_ = places_.sessions.idle(std::max(options_.snapshots_per_batch * 4, 2 * records_of(draft.batch().journal)));
  for (const SessionDigest& digest : leaving_) snapshot(draft, digest);
}

void Housekeeping::rest(Instant now) {
  if (!rests_ && is_due(now, rested_at_, options_.rest_every)) {
    rests_ = true;
    rested_at_ = now;
  }
  if (rests_) rests_ = !places_.sessions.rest(options_.rested_per_batch);
}

void Housekeeping::snapshot(Draft& draft, const SessionDigest& digest) {
  const auto session = draft.at_hand(digest);
  if (!session) return;
  const ledger::Session& s = *session;
  draft.snapshot({.handle = s.handle,
                  .session = s.id,
                  .visitor = s.visitor,
                  .created = s.created,
                  .last_received = s.last_received,
                  .expires_at = s.expires_at,
                  .version = s.version,
                  .began = s.began,
                  .bytes = ledger::encode_snapshot(s)});
}

void Housekeeping::sweep(Draft& draft) {
  swept_at_ = draft.now();
  const Duration longest = places_.tenants.longest_retention();
  draft.sweep_denials(draft.now());
  draft.sweep_tallies(draft.now() - options_.tallies);
  if (longest > Duration{0}) {
    draft.sweep_journal({draft.now() - longest, checkpoint_});
    if (const auto old = ledger_.position_before(draft.now() - longest / 2)) old_to_ = *old;
  }
  places_.sessions.sweep_denials(draft.now());
  stored_may_expire_ = true;
  parts_to_search_ = Sessions::kParts;
}

void Housekeeping::expire_stored(Draft& draft) {
  const auto rows = ledger_.expired(draft.now(), options_.expired_per_batch);
  stored_may_expire_ = rows && rows->size() == options_.expired_per_batch;
  if (!rows) return;
  for (const ledger::ExpiredSession& row : *rows) {
    const SessionDigest digest = places_.sessions.digest(row.handle.view(), row.id.view());
    // Memory is newer: the session may have continued, and then its snapshot is due.
    const auto known = places_.sessions.in_memory(digest);
    if (!known && places_.sessions.is_dirty(digest)) continue;  // it can't be read now
    if (!known)
      expire(draft, digest, row);
    else if (known->expires_at > draft.now())
      snapshot(draft, digest);
    // Otherwise it expires from memory, including what its snapshot lacks.
  }
}

void Housekeeping::expire_in_memory(Draft& draft) {
  // As many parts per batch as keep it short.
  const std::size_t parts = Sessions::kParts * kSearched / (places_.sessions.count() + 1);
  std::vector<Sessions::Expired> found;
  for (std::size_t i = 0; i < std::max<std::size_t>(parts, 1) && parts_to_search_ > 0; ++i) {
    if (!places_.sessions.read_part(kReadAfterStart)) break;
    found = places_.sessions.expired(draft.now(), options_.expired_per_batch);
    if (found.size() == options_.expired_per_batch) break;
    --parts_to_search_;
    if (!found.empty()) break;
  }
  for (const auto& [digest, session, as_of] : found)
    expire(draft, digest,
           {.handle = session->handle,
            .id = session->id,
            .visitor = session->visitor,
            .began = session->began,
            .as_of = as_of});
}

void Housekeeping::expire(Draft& draft, const SessionDigest& digest, const ledger::ExpiredSession& session) {
  // Its newest record is in row as_of or as_of + 1. One more, so that the whole row is covered, whatever was requested
  // within it; but no row of this commit or a later one, which may contain another session of the same id.
  draft.expire({.handle = session.handle,
                .session = session.id,
                .visitor = session.visitor,
                .digest = digest,
                .since = session.began,
                .up_to = std::min(session.as_of + 2, draft.after())});
  // Records of the visitor's own record under this session's digest leave the journal too: its snapshot must include
  // them, and the changes made by the session's end.
  if (session.visitor.empty()) return;
  const SessionId own = ledger::own_record(session.visitor.view());
  const SessionDigest of = places_.sessions.digest(session.handle.view(), own.view());
  if (places_.sessions.is_dirty(of) || draft.staged(of)) snapshot(draft, of);
}

void Housekeeping::begin_rewriting(Draft& draft) {
  if (!is_due(draft.now(), erased_at_, options_.erase_every) && !erase_now_.exchange(false)) return;
  erased_at_ = draft.now();
  auto pending = ledger_.erasures();
  if (!pending) return;
  if (pending->empty()) return void(rewritten_by_ = draft.now());
  Pass pass{.began = draft.now()};
  std::ranges::sort(*pending, {}, &ledger::Ledger::Erasure::since);
  for (const auto& erasure : *pending) {
    const Position first = std::max<Position>(erasure.since, 1);
    if (pass.ranges.empty() || first > pass.ranges.back().second + kGap)
      pass.ranges.emplace_back(first, erasure.up_to);
    else
      pass.ranges.back().second = std::max(pass.ranges.back().second, erasure.up_to);
  }
  pass.erasures = std::move(*pending);
  std::ranges::sort(pass.erasures, {}, &ledger::Ledger::Erasure::digest);
  pass_ = std::move(pass);
}

void Housekeeping::rewrite(Draft& draft) {
  if (std::exchange(ended_, false)) pass_.reset();
  if (!pass_) begin_rewriting(draft);
  if (!pass_) return;
  if (pass_->range < pass_->ranges.size()) {
    const auto [first, last] = pass_->ranges[pass_->range];
    std::size_t rows = 0, bytes_read = 0;
    bool enough = false;
    pass_->at = std::max(pass_->at, first - 1);
    const auto read = ledger_.read_journal(pass_->at, [&](Position position, Instant, std::string_view bytes) {
      if (position > last) return false;
      pass_->at = position;
      bytes_read += bytes.size();
      if (auto kept = ledger::without(bytes, position, pass_->erasures)) {
        draft.rewrite_row(position, std::move(*kept));
        ++rows;
      }
      enough = rows >= options_.rows_per_batch || bytes_read >= options_.read_per_batch;
      return !enough;
    });
    if (!read) return void(ended_ = true);  // it remains to be done
    if (enough) return;
    if (++pass_->range < pass_->ranges.size()) return;
  }
  const std::span<const ledger::Ledger::Erasure> left = std::span(pass_->erasures).subspan(pass_->named);
  const auto named = left.first(std::min<std::size_t>(left.size(), Batch::kSweep));
  pass_->named += named.size();
  ended_ = named.size() == left.size();
  draft.erasures_done({named.begin(), named.end()}, ended_);
}

// Rows that should have been rewritten were not: the pass restarts.
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
    std::visit(Cases{[&](const SnapshotWrite& one) {
                       places_.sessions.written(places_.sessions.digest(one.handle.view(), one.session.view()),
                                                position);
                     },
                     [&](const ErasuresDone& one) {
                       rewritings_ += one.all;
                       if (one.all && pass_) rewritten_by_ = pass_->began;
                     },
                     [&](const Checkpoint& one) { checkpoint = one.position; }, [](const auto&) {}},
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
