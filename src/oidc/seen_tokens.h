// Logout tokens already accepted, so that each is accepted once (OpenID Connect Back-Channel Logout 1.0, section 2.6).
// Only verified ones are added. Kept in memory until they expire: lost at a restart, and accepting one again only ends
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
  static constexpr std::size_t kMost = 16 * 1024;  // about 150 bytes each; beyond that the oldest is dropped

  bool has(const std::string& provider, const std::string& id, Instant now);
  void add(const std::string& provider, const std::string& id, Instant until);

 private:
  using Name = std::pair<std::string, std::string>;
  std::mutex mutex_;
  std::set<Name> names_;
  std::deque<std::pair<Instant, Name>> by_age_;  // oldest first
};

}  // namespace beckon::oidc
