// Logout tokens that were taken, so that each is taken once (OpenID Connect Back-Channel Logout 1.0, section 2.6). Only
// verified ones get here. Kept in memory until they expire: a restart forgets them, and taking one again ends only
// sign-ins that its holder could see.
#pragma once
#include <deque>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "base/instant.h"

namespace beckon::oidc {

// Internally locked.
class SeenTokens {
 public:
  static constexpr std::size_t kMost = 16 * 1024;  // about 150 bytes each; beyond that the oldest is forgotten

  bool has(const std::string& provider, const std::string& id, Instant now);
  void add(const std::string& provider, const std::string& id, Instant until);

 private:
  using Name = std::pair<std::string, std::string>;
  std::mutex mutex_;
  std::set<Name> names_;
  std::deque<std::pair<Instant, Name>> by_age_;  // the oldest first
};

}  // namespace beckon::oidc
