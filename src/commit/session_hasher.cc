#include "commit/session_hasher.h"

#include <cstring>

#include "base/check.h"

namespace beckon::commit {

ledger::SessionDigest SessionHasher::operator()(std::string_view handle, std::string_view session) const {
  // Neither name contains a NUL, so it separates them. The longest are those of an erased visitor, for the audit: 63 +
  // 1 + 8 + 256 bytes.
  char text[384];
  CHECK(handle.size() + 1 + session.size() <= sizeof text);
  std::memcpy(text, handle.data(), handle.size());
  text[handle.size()] = '\0';
  std::memcpy(text + handle.size() + 1, session.data(), session.size());
  const KeyedHash128::Sum sum = hash_({text, handle.size() + 1 + session.size()});
  return {.high = sum.first, .low = sum.second};
}

}  // namespace beckon::commit
