#include "access/verified_tokens.h"

#include "base/check.h"

namespace beckon::access {

std::optional<Identity> VerifiedTokens::find(std::string_view digest) const {
  const std::lock_guard lock(mutex_);
  const auto found = identities_.find(digest);
  return found == identities_.end() ? std::nullopt : std::optional(found->second);
}

void VerifiedTokens::add(std::string digest, Identity identity) {
  CHECK(digest.size() == 32);
  if (most_ == 0) return;
  const std::lock_guard lock(mutex_);
  if (!identities_.try_emplace(digest, std::move(identity)).second) return;
  order_.push_back(std::move(digest));
  if (order_.size() > most_) {
    identities_.erase(order_.front());
    order_.pop_front();
  }
}

void VerifiedTokens::forget(std::string_view digest) {
  const std::lock_guard lock(mutex_);
  if (const auto found = identities_.find(digest); found != identities_.end()) identities_.erase(found);
}

std::size_t VerifiedTokens::size() const {
  const std::lock_guard lock(mutex_);
  return identities_.size();
}

}  // namespace beckon::access
