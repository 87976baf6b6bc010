#include "neighbours/source_log.h"

#include <algorithm>
#include <iterator>

namespace beckon::neighbours {
namespace {

void add(Counts& to, const Counts& more) {
  to.accepted += more.accepted;
  to.duplicates += more.duplicates;
  to.denied += more.denied;
  to.rejected += more.rejected;
  to.cut += more.cut;
  to.refused_requests += more.refused_requests;
}

template <class List>
void add(List& to, auto&& more, std::size_t most) {
  std::ranges::move(more, std::back_inserter(to));
  if (to.size() > most) to.erase(to.begin(), to.end() - static_cast<std::ptrdiff_t>(most));
}

}  // namespace

void SourceLog::add(const Handle& handle, std::string_view key, News news) {
  const Key place{handle.text, key};
  const std::lock_guard lock(mutex_);
  Source& source = source_of(place);
  source.last = std::max(source.last, news.at);
  neighbours::add(source.counts, news.counts);
  neighbours::add(all_, news.counts);
  neighbours::add(source.arrivals, news.arrivals, kArrivalsKept);
  neighbours::add(source.refusals, news.refusals, kRefusalsKept);
}

std::vector<Source> SourceLog::of(const Handle& handle) const {
  std::vector<Source> found;
  // Key by key, so that writers only wait while one is copied.
  for (Key next{handle.text, {}};;) {
    const std::lock_guard lock(mutex_);
    const auto entry = entries_.lower_bound(next);
    if (entry == entries_.end() || entry->first.first != handle.text) return found;
    found.push_back(entry->second);
    next.second = entry->first.second + '\0';
  }
}

Counts SourceLog::counts() const {
  const std::lock_guard lock(mutex_);
  return all_;
}

Source& SourceLog::source_of(const Key& key) {
  if (const auto known = entries_.find(key); known != entries_.end()) return known->second;
  const auto first = entries_.lower_bound({key.first, {}});
  const auto last = end_of(first, key.first);
  if (static_cast<std::size_t>(std::distance(first, last)) >= kKeysOfHandle)
    make_room(first, last);
  else if (entries_.size() >= kKeysOfServer)
    make_room(entries_.begin(), entries_.end());
  Source& source = entries_[key];
  source.key = key.second;
  return source;
}

SourceLog::Entries::iterator SourceLog::end_of(Entries::iterator first, const std::string& handle) {
  return std::find_if(first, entries_.end(), [&](const auto& entry) { return entry.first.first != handle; });
}

void SourceLog::make_room(Entries::iterator first, Entries::iterator last) {
  entries_.erase(std::min_element(
      first, last, [](const auto& one, const auto& other) { return one.second.last < other.second.last; }));
}

}  // namespace beckon::neighbours
