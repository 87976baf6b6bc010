#include "oidc/seen_tokens.h"

namespace beckon::oidc {

bool SeenTokens::has(const std::string& provider, const std::string& id, Instant now) {
  const std::lock_guard lock(mutex_);
  while (!by_age_.empty() && by_age_.front().first <= now) {
    names_.erase(by_age_.front().second);
    by_age_.pop_front();
  }
  return names_.contains({provider, id});
}

void SeenTokens::add(const std::string& provider, const std::string& id, Instant until) {
  const std::lock_guard lock(mutex_);
  if (!names_.emplace(provider, id).second) return;
  by_age_.emplace_back(until, Name(provider, id));
  if (by_age_.size() <= kMost) return;
  names_.erase(by_age_.front().second);
  by_age_.pop_front();
}

}  // namespace beckon::oidc
