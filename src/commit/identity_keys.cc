#include "commit/identity_keys.h"

#include <algorithm>
#include <span>

#include "system/encoding.h"

namespace beckon::commit {

bool IdentityKey::proves(const VisitorId& visitor, std::string_view proof, Instant now) const {
  if (!equal_in_constant_time(to_hex(hmac_sha256(secret_, visitor.view())), proof)) return false;
  use_.note(now);
  return true;
}

std::shared_ptr<const IdentityKeys> IdentityKeys::none() {
  static const auto kNone = std::make_shared<const IdentityKeys>();
  return kNone;
}

bool IdentityKeys::prove(const VisitorId& visitor, std::string_view proof, Instant now) const {
  return std::ranges::any_of(keys_, [&](const IdentityKeyPtr& key) { return key->proves(visitor, proof, now); });
}

IdentityKeyPtr IdentityKeys::find(std::string_view id) const {
  const auto found =
      std::ranges::find(keys_, id, [](const IdentityKeyPtr& key) -> const std::string& { return key->id(); });
  return found == keys_.end() ? nullptr : *found;
}

std::string make_identity_secret(Random& random) {
  std::string bytes(32, '\0');
  random.fill(std::as_writable_bytes(std::span{bytes.data(), bytes.size()}));
  return "idsec_" + to_base64url(bytes);
}

}  // namespace beckon::commit
