#include "commit/sessions.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/check.h"
#include "commit/replay.h"
#include "commit/session_hasher.h"
#include "ledger/codec.h"

namespace beckon::commit {

using ledger::SessionDigest;
using ledger::SessionPtr;

namespace {

// Of a slot: 64 in its table and about 12 of the table's buckets, 16 in the list of dirty ones, and about 12 that the
// allocator adds to what the slot holds.
constexpr std::size_t kSlotBytes = 104;
// Sessions that rest() checks in one step, about 100 µs, and packs under one lock, about 50 µs.
constexpr std::size_t kLookedAt = 4'096;
constexpr std::size_t kPackedAtOnce = 16;

}  // namespace

Sessions::Sessions(ledger::Ledger& ledger, const SessionHasher& hasher, std::size_t budget)
    : ledger_(ledger), hasher_(hasher), budget_(budget) {
  // A file without any journal row has no snapshots either: then a session not in memory does not exist.
  const auto last = ledger_.last_position();
  some_on_disk_ = !last || *last > 0;
  if (auto denied = ledger_.denied())
    for (const auto& [digest, until] : *denied) denied_.emplace(digest, until);
  someone_denied_ = !denied_.empty();
}

Result<SessionPtr> Sessions::find(const Handle& handle, const SessionId& id, const SessionDigest& digest) {
  Shard& shard = this->shard(digest);
  for (int attempt = 0; attempt < 3; ++attempt) {
    std::uint64_t dropped = 0;
    bool unread = false;
    {
      const std::lock_guard lock(shard.mutex);
      if (const auto found = shard.slots.find(digest); found != shard.slots.end()) {
        Slot& slot = found->second;
        slot.touched = slot.read = true;
        if (slot.held.is_rested()) {
          slot.held.wake();
          measure(slot);
        }
        return slot.held.awake();
      }
      if (!some_on_disk_.load(std::memory_order_relaxed)) return SessionPtr{};
      dropped = shard.dropped;
      unread = shard.unread.contains(digest);
    }
    if (unread) {
      if (const auto done = read_unread(digest); !done) return unexpected(done.error());
      continue;
    }
    Replay stored(ledger_);
    if (const auto read = stored.begin(handle.view(), id.view()); !read) return unexpected(read.error());
    const std::lock_guard lock(shard.mutex);
    if (shard.dropped != dropped) continue;  // it was evicted meanwhile
    if (const auto found = shard.slots.find(digest); found != shard.slots.end()) return found->second.held.session();
    if (stored.session()) put(shard, digest, stored.session(), stored.as_of(), 0);
    return stored.session();
  }
  return unexpected(unavailable("The session is being moved."));
}

Result<void> Sessions::read_unread(const SessionDigest& digest) {
  std::vector<ledger::Position> rows;
  {
    Shard& shard = this->shard(digest);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.unread.find(digest);
    if (found == shard.unread.end()) return {};
    rows = found->second;
  }
  Replay session(ledger_);
  for (const ledger::Position position : rows) {
    Result<void> taken;
    const auto read = ledger_.read_journal(position - 1, [&](ledger::Position at, Instant, std::string_view bytes) {
      if (at != position) return false;  // it is damaged, which has been logged
      ledger::JournalReader reader(bytes);
      while (const auto item = reader.next())
        if (taken && item->changed() == digest) taken = session.take(at, item->bytes);
      return false;
    });
    if (!read) return unexpected(read.error());
    if (!taken) return taken;
  }
  put_read(digest, session);
  return {};
}

void Sessions::put_read(const SessionDigest& digest, const Replay& read) {
  Shard& shard = this->shard(digest);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.unread.find(digest);
  if (found == shard.unread.end()) return;  // somebody else read it, or it was erased
  const ledger::Position first = found->second.front();
  shard.unread.erase(found);
  --unread_;
  if (read.session()) put(shard, digest, read.session(), read.as_of(), read.changed() ? first : 0);
}

Result<std::uint64_t> Sessions::read_recovered(std::size_t more_than, const std::stop_token& stop) {
  const std::lock_guard one_at_a_time(reading_mutex_);
  std::uint64_t damaged = 0;
  if (unread_ == 0) return damaged;
  const auto checkpoint = ledger_.checkpoint();
  if (!checkpoint) return unexpected(checkpoint.error());
  std::unordered_map<SessionDigest, Replay> being_read;
  std::vector<SessionDigest> complete;  // with the current row
  Result<void> taken;
  const auto read = ledger_.read_journal(*checkpoint, [&](ledger::Position at, Instant, std::string_view bytes) {
    ledger::JournalReader reader(bytes);
    while (const auto item = reader.next()) {
      const SessionDigest digest = item->changed();
      {
        const Shard& shard = this->shard(digest);
        const std::lock_guard lock(shard.mutex);
        const auto found = shard.unread.find(digest);
        if (found == shard.unread.end() || found->second.size() <= more_than || at < found->second.front()) continue;
        if (at == found->second.back()) complete.push_back(digest);
      }
      taken = being_read.try_emplace(digest, ledger_).first->second.take(at, item->bytes);
      if (!taken) return false;
    }
    for (const SessionDigest& digest : complete)
      if (const auto session = being_read.extract(digest)) {
        damaged += session.mapped().damaged();
        put_read(digest, session.mapped());
      }
    complete.clear();
    return unread_ > 0 && !stop.stop_requested();
  });
  if (!read) return unexpected(read.error());
  if (!taken) return unexpected(taken.error());
  if (stop.stop_requested()) return damaged;
  // Those whose last rows have been rewritten without them.
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    for (const auto& [digest, rows] : shard.unread)
      if (rows.size() > more_than) complete.push_back(digest);
  }
  for (const SessionDigest& digest : complete) {
    const auto session = being_read.extract(digest);
    put_read(digest, session ? session.mapped() : Replay(ledger_));
  }
  return damaged;
}

bool Sessions::read_part(std::size_t limit) {
  if (unread_ == 0) return true;
  std::vector<SessionDigest> digests;
  {
    const Shard& shard = shards_[searched_ % kShards];
    const std::lock_guard lock(shard.mutex);
    for (auto place = shard.unread.begin(); place != shard.unread.end() && digests.size() < limit; ++place)
      digests.push_back(place->first);
  }
  for (const SessionDigest& digest : digests)
    if (!read_unread(digest)) return true;  // it can't be read now, and stays dirty
  return digests.size() < limit;
}

ledger::Position Sessions::dirty_since(const Shard& shard, const SessionDigest& digest) {
  if (const auto found = shard.slots.find(digest); found != shard.slots.end()) return found->second.dirty_since;
  const auto found = shard.unread.find(digest);
  return found == shard.unread.end() ? 0 : found->second.front();
}

std::optional<SessionDigest> Sessions::still_dirty(const Dirty& entry) const {
  const Shard& shard = shards_[entry.shard];
  const SessionDigest near{.low = entry.low};  // in the same bucket
  const std::lock_guard lock(shard.mutex);
  const auto bucket = shard.slots.bucket(near);
  for (auto slot = shard.slots.begin(bucket); slot != shard.slots.end(bucket); ++slot)
    if (slot->first.low == entry.low && slot->second.dirty_since == entry.position) return slot->first;
  const auto of_unread = shard.unread.bucket(near);
  for (auto one = shard.unread.begin(of_unread); one != shard.unread.end(of_unread); ++one)
    if (one->first.low == entry.low && one->second.front() == entry.position && !shard.slots.contains(one->first))
      return one->first;
  return std::nullopt;
}

// The caller locks.
void Sessions::measure(Slot& slot) {
  const std::uint32_t before = slot.bytes;
  slot.bytes = static_cast<std::uint32_t>(kSlotBytes + slot.held.bytes());
  bytes_.fetch_add(std::size_t{slot.bytes} - before, std::memory_order_relaxed);
}

void Sessions::put(Shard& shard, const SessionDigest& digest, SessionPtr session, ledger::Position as_of,
                   ledger::Position dirty_since) {
  const auto [found, added] = shard.slots.try_emplace(digest);
  Slot& slot = found->second;
  slot.held.hold(std::move(session));
  slot.as_of = as_of;
  slot.dirty_since = dirty_since;
  slot.touched = slot.read = true;
  measure(slot);
  const ledger::Session& of = *slot.held.awake();
  const std::string_view id = of.id.view();
  if (!added || !ledger::is_own_record(id)) return;
  ++shard.visitors;
  const std::lock_guard lock(own_mutex_);
  const auto [theirs, is_new] = own_.try_emplace(of.handle.text);
  const std::size_t before = is_new ? 0 : theirs->second.bytes();
  theirs->second.insert(id);
  bytes_.fetch_add(theirs->second.bytes() - before, std::memory_order_relaxed);
}

void Sessions::uncount(Shard& shard, const Slot& slot) {
  bytes_.fetch_sub(slot.bytes, std::memory_order_relaxed);
  const auto of = slot.held.head();
  if (!ledger::is_own_record(of.id)) return;
  --shard.visitors;
  const std::lock_guard lock(own_mutex_);
  const auto theirs = own_.find(of.handle);
  bytes_.fetch_sub(theirs->second.bytes(), std::memory_order_relaxed);
  theirs->second.erase(of.id);
  if (theirs->second.empty())
    own_.erase(theirs);
  else
    bytes_.fetch_add(theirs->second.bytes(), std::memory_order_relaxed);
}

bool Sessions::denied(const SessionDigest& digest, Instant now) const {
  if (!someone_denied_.load(std::memory_order_acquire)) return false;
  const std::lock_guard lock(denied_mutex_);
  const auto found = denied_.find(digest);
  return found != denied_.end() && found->second > now;
}

void Sessions::deny(const SessionDigest& digest, Instant until) {
  const std::lock_guard lock(denied_mutex_);
  denied_.insert_or_assign(digest, until);
  someone_denied_.store(true, std::memory_order_release);
}

void Sessions::consent(const SessionDigest& digest) {
  const std::lock_guard lock(denied_mutex_);
  denied_.erase(digest);
}

void Sessions::publish(const SessionDigest& digest, SessionPtr session, ledger::Position position) {
  Shard& shard = this->shard(digest);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.slots.find(digest);
  ledger::Position dirty = found == shard.slots.end() ? 0 : found->second.dirty_since;
  if (const auto unread = shard.unread.find(digest); unread != shard.unread.end()) {
    dirty = unread->second.front();
    shard.unread.erase(unread);
    --unread_;
  }
  if (!session) {
    ++shard.dropped;
    if (found == shard.slots.end()) return;
    uncount(shard, found->second);
    shard.slots.erase(found);
    return;
  }
  if (dirty == 0) {
    dirty = position;
    dirty_.emplace_back(position, digest);
  }
  put(shard, digest, std::move(session), position, dirty);
}

void Sessions::recover(const SessionDigest& digest, std::vector<ledger::Position> rows) {
  dirty_.emplace_back(rows.front(), digest);
  Shard& shard = this->shard(digest);
  const std::lock_guard lock(shard.mutex);
  shard.unread.emplace(digest, std::move(rows));
  ++unread_;
}

std::optional<ledger::Position> Sessions::oldest_dirty() {
  while (!dirty_.empty()) {
    if (still_dirty(dirty_.front())) return ledger::Position{dirty_.front().position};
    dirty_.pop_front();
  }
  return std::nullopt;
}

std::vector<SessionDigest> Sessions::dirtiest(std::size_t limit) {
  std::vector<SessionDigest> digests;
  for (const Dirty& entry : dirty_) {
    if (digests.size() == limit) break;
    if (const auto digest = still_dirty(entry)) digests.push_back(*digest);
  }
  return digests;
}

std::size_t Sessions::excess() const {
  const std::size_t held = bytes();
  return held > budget_ ? held - budget_ : 0;
}

// The handles that use more than an equal share of memory, estimated from some sessions of a shard: digests spread each
// handle over all shards, so nothing is counted while memory suffices, and little while it does not. The caller locks.
std::set<std::string, std::less<>> Sessions::above_share(const Shard& shard) {
  std::map<std::string_view, std::size_t> bytes;
  std::size_t all = 0, left = 256;
  for (auto place = shard.slots.begin(); place != shard.slots.end() && left > 0; ++place, --left) {
    bytes[place->second.held.head().handle] += place->second.bytes;
    all += place->second.bytes;
  }
  std::set<std::string, std::less<>> above;
  for (const auto& [handle, used] : bytes)
    if (used * bytes.size() >= all) above.emplace(handle);
  return above;
}

std::vector<SessionDigest> Sessions::idle(std::size_t limit) {
  std::vector<SessionDigest> digests;
  std::size_t left = excess();
  for (std::size_t visited = 0; visited < 2 * kShards && left > 0 && digests.size() < limit; ++visited) {
    Shard& shard = shards_[hand_++ % kShards];
    const std::lock_guard lock(shard.mutex);
    const bool all = visited >= kShards;  // those above their share were not enough
    const auto above = all ? std::set<std::string, std::less<>>{} : above_share(shard);
    for (auto place = shard.slots.begin(); place != shard.slots.end() && left > 0 && digests.size() < limit;) {
      Slot& slot = place->second;
      if (!all && !above.contains(slot.held.head().handle)) {
        ++place;
        continue;
      }
      const bool touched = std::exchange(slot.touched, false), dirty = slot.dirty_since != 0;
      if (!touched) left -= std::min<std::size_t>(left, slot.bytes);
      if (!touched && dirty) digests.push_back(place->first);
      if (touched || dirty) {
        ++place;
        continue;
      }
      some_on_disk_ = true;
      ++shard.dropped;
      uncount(shard, slot);
      place = shard.slots.erase(place);
    }
  }
  return digests;
}

SessionPtr Sessions::in_memory(const SessionDigest& digest) {
  if (unread_ > 0 && !read_unread(digest)) return nullptr;
  const Shard& shard = this->shard(digest);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.slots.find(digest);
  return found == shard.slots.end() ? nullptr : found->second.held.session();
}

void Sessions::written(const SessionDigest& digest, ledger::Position position) {
  Shard& shard = this->shard(digest);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.slots.find(digest);
  if (found != shard.slots.end() && found->second.as_of <= position) found->second.dirty_since = 0;
}

void Sessions::drop(const std::vector<SessionDigest>& digests) {
  for (const SessionDigest& digest : digests) {
    Shard& shard = this->shard(digest);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.slots.find(digest);
    if (found == shard.slots.end() || found->second.dirty_since != 0) continue;
    some_on_disk_ = true;
    ++shard.dropped;
    uncount(shard, found->second);
    shard.slots.erase(found);
  }
}

bool Sessions::is_dirty(const SessionDigest& digest) const {
  const Shard& shard = this->shard(digest);
  const std::lock_guard lock(shard.mutex);
  return dirty_since(shard, digest) != 0;
}

bool Sessions::rest(std::size_t limit) {
  std::size_t looked_at = 0;
  while (rested_parts_ < kShards) {
    Shard& shard = shards_[rested_parts_];
    const std::lock_guard lock(shard.mutex);
    const std::size_t before = limit;
    // If a table has grown meanwhile, some slots wait for the next round.
    for (; rested_buckets_ < shard.slots.bucket_count() && before - limit < kPackedAtOnce; ++rested_buckets_) {
      if (limit == 0 || looked_at++ == kLookedAt) return false;
      for (auto place = shard.slots.begin(rested_buckets_); place != shard.slots.end(rested_buckets_); ++place) {
        Slot& slot = place->second;
        if (slot.held.is_rested() || std::exchange(slot.read, false)) continue;
        slot.held.rest();
        measure(slot);
        limit -= limit > 0 ? 1 : 0;
      }
    }
    if (rested_buckets_ >= shard.slots.bucket_count()) ++rested_parts_, rested_buckets_ = 0;
  }
  rested_parts_ = 0;
  return true;
}

std::vector<Sessions::Expired> Sessions::expired(Instant now, std::size_t limit) {
  std::vector<Expired> found;
  const Shard& shard = shards_[searched_ % kShards];
  const std::lock_guard lock(shard.mutex);
  for (const auto& [digest, slot] : shard.slots) {
    if (slot.held.head().expires_at > now) continue;
    if (found.size() == limit) return found;
    found.push_back({digest, slot.held.session(), slot.as_of});
  }
  if (found.size() < limit) ++searched_;
  return found;
}

void Sessions::sweep_denials(Instant now) {
  const std::lock_guard lock(denied_mutex_);
  std::erase_if(denied_, [&](const auto& wish) { return wish.second <= now; });
}

std::size_t Sessions::count() const {
  std::size_t total = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    total += shard.slots.size() - shard.visitors + shard.unread.size();
  }
  return total;
}

Result<std::vector<ledger::SessionSummary>> Sessions::newest(const Handle& handle,
                                                             const std::optional<ledger::ListCursor>& behind,
                                                             std::size_t limit, Instant now) {
  using Key = std::pair<Instant, std::string>;
  std::map<Key, ledger::SessionSummary, std::greater<>> found;
  const auto offer = [&](ledger::SessionSummary summary) {
    Key key{summary.created, summary.id.text};
    if (behind && key >= Key{behind->created, behind->id}) return;
    found.insert_or_assign(std::move(key), std::move(summary));
    if (found.size() > limit) found.erase(std::prev(found.end()));
  };
  if (const auto all = read_recovered(); !all) return unexpected(all.error());
  auto stored = ledger_.snapshots(handle, behind, limit);
  if (!stored) return unexpected(stored.error());
  for (auto& summary : *stored) offer(std::move(summary));
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    for (const auto& [digest, slot] : shard.slots) {
      const auto of = slot.held.head();
      if (of.handle != handle.view() || of.expires_at <= now || ledger::is_own_record(of.id)) continue;
      offer({SessionId{of.id}, VisitorId{of.visitor}, of.created, of.last_received, of.version});
    }
  }
  std::vector<ledger::SessionSummary> list;
  for (auto& [key, summary] : found) list.push_back(std::move(summary));
  return list;
}

Result<std::vector<SessionId>> Sessions::own_records(const Handle& handle, std::string_view prefix,
                                                     std::string_view behind, std::size_t limit) {
  if (const auto all = read_recovered(); !all) return unexpected(all.error());
  auto ids = ledger_.own_records(handle, prefix, behind, limit);
  if (!ids) return ids;
  {
    const std::lock_guard lock(own_mutex_);
    if (const auto theirs = own_.find(handle.view()); theirs != own_.end()) {
      const auto more = theirs->second.list(prefix, behind, limit);
      ids->insert(ids->end(), more.begin(), more.end());
    }
  }
  std::ranges::sort(*ids);
  const auto twice = std::ranges::unique(*ids);
  ids->erase(twice.begin(), twice.end());
  if (ids->size() > limit) ids->resize(limit);
  return ids;
}

Result<std::vector<SessionId>> Sessions::of_visitor(const Handle& handle, const VisitorId& visitor) {
  if (const auto all = read_recovered(); !all) return unexpected(all.error());
  auto ids = ledger_.sessions_of(handle, visitor);
  if (!ids) return ids;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    for (const auto& [digest, slot] : shard.slots)
      if (const auto of = slot.held.head(); of.handle == handle.view() && of.visitor == visitor.view())
        ids->emplace_back(of.id);
  }
  std::ranges::sort(*ids);
  const auto twice = std::ranges::unique(*ids);
  ids->erase(twice.begin(), twice.end());
  return ids;
}

}  // namespace beckon::commit
