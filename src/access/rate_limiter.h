// Rolling limits by handle and client address or access token: at most `limit` in any 60 seconds. Contract section 4
// (120 signals, 600 resolves and prefetches a minute) and 2 (60,000 of a token); one RateLimiter per such limit.
//
// Exact to one second, and never more lenient than the contract: amounts are counted by whole seconds, and a second
// stops counting when its last millisecond is a minute old. IPv6 clients are counted by /64 (IpAddress::client).
//
// Memory is bounded by RateLimiterSettings::most_clients, about 360 bytes each (24 MiB by default), allocated as
// needed. Beyond it the client idle longest is dropped. Dropping a client of the last minute makes the limit lenient,
// so keep `most_clients` above the number of clients in a minute and watch forgotten_early(). The hash of the table has
// a secret key.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/fault.h"
#include "base/instant.h"
#include "base/ip_address.h"
#include "base/random.h"
#include "system/encoding.h"

namespace beckon::access {

struct RateLimiterSettings {
  std::size_t most_clients = 64 * 1024;  // at least one for each of the 16 shards
};

struct RateVerdict {
  bool allowed = false;
  // limit and remaining: current values. reset: if refused, after how long the same amount would be allowed if nothing
  // else is taken; if allowed, after how long the oldest amount stops counting. Whole seconds, from 1 to 61; 0 if
  // nothing counts.
  RateState state;
};

// Thread-safe: locked by shard.
class RateLimiter {
 public:
  RateLimiter(Random& random, RateLimiterSettings settings = {});
  ~RateLimiter();

  // Takes the whole amount or nothing, counted for each handle separately; an empty handle is the server's own. An
  // amount above the limit is never allowed. `limit` may differ from call to call. Small backward steps of time count
  // as no progress; after a backward step of more than a minute, counting continues from there, with all amounts as old
  // as before.
  RateVerdict take(std::string_view handle, const IpAddress& address, std::uint32_t amount, std::uint32_t limit,
                   Instant now);
  // Likewise for the id of an access token. Use one limiter for either addresses or tokens.
  RateVerdict take(std::string_view handle, std::string_view token_id, std::uint32_t amount, std::uint32_t limit,
                   Instant now);

  std::size_t clients() const;  // remembered now
  std::uint64_t forgotten_early() const {
    return forgotten_early_;
  }  // since the start: clients dropped while they still counted

 private:
  class Shard;
  RateVerdict take(const std::array<char, 16>& counted_as_one, std::uint32_t amount, std::uint32_t limit, Instant now);
  static constexpr std::size_t kShards = 16;

  const KeyedHash hash_;
  std::array<std::unique_ptr<Shard>, kShards> shards_;
  std::atomic<std::uint64_t> forgotten_early_{0};
};

// The fault for a refused amount. `who` and `what` name what was counted: "Your address", "signals".
Fault rate_limited(RateLimit limit, std::string_view who, std::string_view what, const RateState& state);

}  // namespace beckon::access
