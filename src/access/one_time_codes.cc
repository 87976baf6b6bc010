#include "access/one_time_codes.h"

#include <algorithm>

#include "access/jwt.h"
#include "system/encoding.h"

namespace beckon::access {

std::string OneTimeCodes::make(std::string user, Instant now, Random& random) {
  std::string code = to_base64url(random.bytes(kBytes));
  const std::lock_guard lock(mutex_);
  codes_.push_back({.digest = sha256(code), .user = std::move(user), .until = now + kLife});
  if (codes_.size() > kMost) codes_.pop_front();
  return code;
}

Result<std::string> OneTimeCodes::take(std::string_view code, Instant now) {
  const std::string digest = sha256(code);
  const std::lock_guard lock(mutex_);
  const auto found =
      std::ranges::find_if(codes_, [&](const Code& known) { return equal_in_constant_time(known.digest, digest); });
  if (found == codes_.end())
    return unexpected(
        invalid_credentials("This sign-in link is unknown: it is from before the server's last start, or "
                            "incomplete. Use the link that the server printed last."));
  if (found->used)
    return unexpected(invalid_credentials(
        "This sign-in link has already been used and works only once. Sign in another way, or restart "
        "the server for a new one."));
  if (now >= found->until)
    return unexpected(invalid_credentials(
        "This sign-in link has expired; it is valid for 10 minutes. Sign in another way, or restart "
        "the server for a new one."));
  found->used = true;
  return found->user;
}

}  // namespace beckon::access
