#include "access/login_throttle.h"

#include <algorithm>

#include "base/check.h"

namespace beckon::access {

LoginThrottle::LoginThrottle(Random& random, Settings settings) : hash_(random.bytes(16)), settings_(settings) {
  CHECK(settings_.failures > 0 && settings_.most_accounts > 0);
}

std::optional<std::chrono::seconds> LoginThrottle::begin(std::string_view account_name, Instant now) {
  const std::lock_guard lock(mutex_);
  Account& tried = account(hash_(account_name), now);
  tried.until = std::min(tried.until, now + settings_.longest);  // also if the clock went back
  if (now < tried.until) return std::chrono::ceil<std::chrono::seconds>(tried.until - now);
  ++tried.failures;
  tried.until = now + wait_after(tried.failures);
  return std::nullopt;
}

void LoginThrottle::succeeded(std::string_view account_name) {
  const std::lock_guard lock(mutex_);
  const auto found = places_.find(hash_(account_name));
  if (found == places_.end()) return;
  accounts_.erase(found->second);
  places_.erase(found);
}

LoginThrottle::Account& LoginThrottle::account(std::uint64_t key, Instant now) {
  const auto found = places_.find(key);
  if (found != places_.end()) {
    accounts_.splice(accounts_.begin(), accounts_, found->second);
    if (now - found->second->until > settings_.forget) *found->second = {.key = key};
    return accounts_.front();
  }
  accounts_.push_front({.key = key});
  places_.emplace(key, accounts_.begin());
  if (accounts_.size() > settings_.most_accounts) {
    places_.erase(accounts_.back().key);
    accounts_.pop_back();
  }
  return accounts_.front();
}

Duration LoginThrottle::wait_after(std::uint32_t failures) const {
  if (failures < settings_.failures) return Duration{0};
  constexpr std::uint32_t kMostDoublings = 20;
  const std::uint32_t doublings = std::min(failures - settings_.failures, kMostDoublings);
  return std::min<Duration>(settings_.longest, std::chrono::seconds{1} * (1u << doublings));
}

}  // namespace beckon::access
