// Slows down who guesses the password of one account, from however many addresses.
//
// A few tries in a row may fail; after each further one the account waits, 1 s at first and twice as long each time, up
// to a longest. A success ends that. A try counts as failed from its beginning, so that many at once gain nothing.
//
// An account is counted whether it exists or not, so nobody learns from waiting. Memory is bounded: beyond
// `most_accounts` the one that was tried longest ago is forgotten. Kept in memory alone: a restart forgets it.
#pragma once
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "base/encoding.h"
#include "base/instant.h"
#include "base/random.h"

namespace beckon::access {

// Internally locked.
class LoginThrottle {
 public:
  struct Settings {
    std::uint32_t failures = 5;                   // in a row, before there is any waiting
    Duration longest = std::chrono::minutes{15};  // 96 guesses a day
    Duration forget = std::chrono::hours{24};     // after the last wait
    std::size_t most_accounts = 16 * 1024;        // some 120 bytes each
  };

  LoginThrottle(Random& random, Settings settings);

  // Nothing: try. Else after how long, in whole seconds from 1 upward; a try that is refused does not count.
  std::optional<std::chrono::seconds> begin(std::string_view account, Instant now);
  void succeeded(std::string_view account);

 private:
  struct Account {
    std::uint64_t key = 0;  // a keyed hash: no address is kept
    std::uint32_t failures = 0;
    Instant until{};  // no try before it
  };
  Account& account(std::uint64_t key, Instant now);
  Duration wait_after(std::uint32_t failures) const;

  const KeyedHash hash_;
  const Settings settings_;
  std::mutex mutex_;
  std::list<Account> accounts_;  // the one tried last is the first
  std::unordered_map<std::uint64_t, std::list<Account>::iterator> places_;
};

}  // namespace beckon::access
