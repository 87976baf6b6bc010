#include "commit/changes.h"

#include <algorithm>

namespace beckon::commit {

const SessionId& session_of(const WhatChanged& what) {
  if (const auto* delivery = std::get_if<DeliverySeen>(&what)) return (*delivery)->session;
  return std::get<SignalSeen>(what).session;
}

Changes::Page RecentChanges::read(const Handle& handle, std::uint64_t behind, std::size_t limit) const {
  const std::lock_guard lock(mutex_);
  const auto found = rings_.find(handle);
  if (found == rings_.end()) return {};
  const Ring& ring = found->second;
  Page page{.next = std::min(behind, ring.newest)};
  const std::uint64_t before_first = ring.newest - ring.entries.size();
  if (page.next < before_first) {
    page.dropped = before_first - page.next;
    page.next = before_first;
  }
  for (; page.next < ring.newest && page.changes.size() < limit; ++page.next) {
    const Entry& entry = ring.entries[page.next - before_first];
    if (!entry.gone) page.changes.push_back({page.next + 1, entry.what});
  }
  return page;
}

std::uint64_t RecentChanges::newest(const Handle& handle) const {
  const std::lock_guard lock(mutex_);
  const auto found = rings_.find(handle);
  return found == rings_.end() ? 0 : found->second.newest;
}

void RecentChanges::put(std::vector<Staged> staged, const std::vector<std::pair<Handle, SessionId>>& erased) {
  const std::lock_guard lock(mutex_);
  for (const auto& [handle, session] : erased) forget(handle, session);
  for (Staged& one : staged) add(std::move(one));
}

void RecentChanges::add(Staged staged) {
  Ring& ring = rings_[staged.handle];
  if (ring.entries.empty())
    ring.place = quiet_.insert(quiet_.end(), std::move(staged.handle));
  else
    quiet_.splice(quiet_.end(), quiet_, ring.place);
  ring.entries.push_back({.what = std::move(staged.what)});
  ++ring.newest;
  if (ring.entries.size() > limits_.per_handle)
    ring.entries.pop_front();
  else if (++kept_ > limits_.in_all)
    drop_quietest();
}

void RecentChanges::drop_quietest() {
  Ring& ring = rings_.at(quiet_.front());
  kept_ -= ring.entries.size();
  ring.entries.clear();
  quiet_.pop_front();
}

void RecentChanges::forget(const Handle& handle, const SessionId& session) {
  const auto found = rings_.find(handle);
  if (found == rings_.end()) return;
  for (Entry& entry : found->second.entries)
    if (session_of(entry.what) == session) entry = {.gone = true, .what = SignalSeen{}};
}

}  // namespace beckon::commit
