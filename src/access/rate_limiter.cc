#include "access/rate_limiter.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>

#include "access/rolling_minute.h"
#include "base/check.h"

namespace beckon::access {
namespace {

constexpr std::uint32_t kNone = UINT32_MAX;

struct Client {
  std::array<char, 16> bytes;  // who counts as one client
  std::uint64_t hash;
  friend bool operator==(const Client& a, const Client& b) { return a.bytes == b.bytes; }
};

struct HashOfClient {
  std::size_t operator()(const Client& client) const noexcept { return client.hash; }
};

// The /64 of an IPv6 address; for IPv4 the lower half of its mapped form after a marker that no used /64 can have
// (::/8). Followed by the keyed hash of the handle.
std::array<char, 16> counted_as_one(std::uint64_t handle, const IpAddress& address) {
  const IpAddress client = address.client();
  std::array<char, 16> bytes{0, 0, static_cast<char>(0xff), static_cast<char>(0xff)};
  if (client.is_v6())
    std::memcpy(bytes.data(), client.bytes().data(), 8);
  else
    std::memcpy(bytes.data() + 4, client.bytes().data(), 4);
  std::memcpy(bytes.data() + 8, &handle, sizeof handle);
  return bytes;
}

}  // namespace

// Entries in one block, in a list from the most recently used to the one idle longest.
class RateLimiter::Shard {
 public:
  explicit Shard(std::size_t most) : most_(most) {}

  RateVerdict take(const Client& client, std::uint32_t amount, std::uint32_t limit, Instant now,
                   std::atomic<std::uint64_t>& forgotten_early) {
    const std::lock_guard lock(mutex_);
    RollingMinute& minute = minute_of(client, now, forgotten_early);
    minute.advance(now);
    const std::uint32_t free = limit - std::min(limit, minute.total());
    RateVerdict verdict{.allowed = amount <= free};
    if (verdict.allowed) minute.add(amount);
    // For an amount above the limit, the time at which everything would be free: there is nothing better to report.
    const std::uint32_t too_much = verdict.allowed ? 0 : std::min(amount - free, minute.total());
    verdict.state = {
        .limit = static_cast<int>(std::min<std::uint32_t>(limit, INT32_MAX)),
        .remaining = static_cast<int>(std::min<std::uint32_t>(verdict.allowed ? free - amount : free, INT32_MAX)),
        .reset = std::chrono::seconds{minute.seconds_until_gone(too_much, now)}};
    return verdict;
  }

  std::size_t clients() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
  }

 private:
  struct Entry {
    Client client;
    RollingMinute minute;
    std::uint32_t newer = kNone, older = kNone;
  };

  RollingMinute& minute_of(const Client& client, Instant now, std::atomic<std::uint64_t>& forgotten_early) {
    if (const auto found = places_.find(client); found != places_.end()) {
      if (found->second != newest_) {
        unlink(found->second);
        link_newest(found->second);
      }
      return entries_[found->second].minute;
    }
    std::uint32_t place = static_cast<std::uint32_t>(entries_.size());
    if (entries_.size() < most_) {
      entries_.push_back({});
    } else {
      place = oldest_;
      unlink(place);
      places_.erase(entries_[place].client);
      entries_[place].minute.advance(now);
      if (entries_[place].minute.total() > 0) forgotten_early.fetch_add(1, std::memory_order_relaxed);
    }
    entries_[place] = {.client = client};
    places_.emplace(client, place);
    link_newest(place);
    return entries_[place].minute;
  }

  void unlink(std::uint32_t place) {
    const Entry& entry = entries_[place];
    (entry.newer == kNone ? newest_ : entries_[entry.newer].older) = entry.older;
    (entry.older == kNone ? oldest_ : entries_[entry.older].newer) = entry.newer;
  }

  void link_newest(std::uint32_t place) {
    Entry& entry = entries_[place];
    entry.newer = kNone;
    entry.older = newest_;
    (newest_ == kNone ? oldest_ : entries_[newest_].newer) = place;
    newest_ = place;
  }

  const std::size_t most_;
  mutable std::mutex mutex_;
  std::unordered_map<Client, std::uint32_t, HashOfClient> places_;
  std::deque<Entry> entries_;
  std::uint32_t newest_ = kNone, oldest_ = kNone;
};

RateLimiter::RateLimiter(Random& random, RateLimiterSettings settings) : hash_(random.bytes(16)) {
  CHECK(settings.most_clients >= kShards);
  for (auto& shard : shards_) shard = std::make_unique<Shard>(settings.most_clients / kShards);
}

RateLimiter::~RateLimiter() = default;

RateVerdict RateLimiter::take(std::string_view handle, const IpAddress& address, std::uint32_t amount,
                              std::uint32_t limit, Instant now) {
  return take(counted_as_one(hash_(handle), address), amount, limit, now);
}

RateVerdict RateLimiter::take(std::string_view handle, std::string_view token_id, std::uint32_t amount,
                              std::uint32_t limit, Instant now) {
  const std::array<std::uint64_t, 2> hashes{hash_(token_id), hash_(handle)};
  std::array<char, 16> bytes;
  std::memcpy(bytes.data(), hashes.data(), bytes.size());
  return take(bytes, amount, limit, now);
}

RateVerdict RateLimiter::take(const std::array<char, 16>& counted_as_one, std::uint32_t amount, std::uint32_t limit,
                              Instant now) {
  Client client{.bytes = counted_as_one, .hash = 0};
  client.hash = hash_({client.bytes.data(), client.bytes.size()});
  // The upper bits choose the shard; the map inside uses the lower ones.
  return shards_[client.hash >> 60]->take(client, amount, limit, now, forgotten_early_);
}

std::size_t RateLimiter::clients() const {
  std::size_t count = 0;
  for (const auto& shard : shards_) count += shard->clients();
  return count;
}

Fault rate_limited(RateLimit limit, std::string_view who, std::string_view what, const RateState& state) {
  return {.code = FaultCode::kRateLimited,
          .message = std::string(who) + " may send " + std::to_string(state.limit) + " " + std::string(what) +
                     " per minute; retry after " + std::to_string(state.reset.count()) + " s. Nothing was stored.",
          .rate = state,
          .limit = limit};
}

}  // namespace beckon::access
