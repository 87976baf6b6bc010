// Slows down guessing of the password of one account, from any number of addresses.
//
// The first few failures in a row are free; each further failure blocks the account, for 1 s at first and twice as long
// each time, up to a limit. A success resets that. An attempt counts as failed from its start, so parallel attempts
// gain nothing.
//
// Accounts are counted whether or not they exist, so that waiting reveals nothing. Memory is bounded: beyond
// `most_accounts` the one attempted longest ago is dropped. In memory only: lost at a restart.
#pragma once
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "base/instant.h"
#include "base/random.h"
#include "system/encoding.h"

namespace beckon::access {

// Internally locked.
class LoginThrottle {
 public:
  struct Settings {
    std::uint32_t failures = 5;                   // in a row, before the first wait
    Duration longest = std::chrono::minutes{15};  // 96 guesses a day
    Duration forget = std::chrono::hours{24};     // after the last wait
    std::size_t most_accounts = 16 * 1024;        // about 120 bytes each
  };

  LoginThrottle(Random& random, Settings settings);

  // std::nullopt if allowed, else how long to wait, in whole seconds, at least 1; a refused attempt does not count.
  std::optional<std::chrono::seconds> begin(std::string_view account, Instant now);
  void succeeded(std::string_view account);

 private:
  struct Account {
    std::uint64_t key = 0;  // a keyed hash: no address is stored
    std::uint32_t failures = 0;
    Instant until{};  // no attempt before it
  };
  Account& account(std::uint64_t key, Instant now);
  Duration wait_after(std::uint32_t failures) const;

  const KeyedHash hash_;
  const Settings settings_;
  std::mutex mutex_;
  std::list<Account> accounts_;  // most recently attempted first
  std::unordered_map<std::uint64_t, std::list<Account>::iterator> places_;
};

}  // namespace beckon::access
