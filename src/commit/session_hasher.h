// The digest that identifies a session, from its handle and id under the server's key.
#pragma once
#include "ledger/session.h"
#include "system/encoding.h"

namespace beckon::commit {

// SipHash-2-4-128 over (handle, session). Thread-safe.
class SessionHasher {
 public:
  explicit SessionHasher(std::string_view key16) : hash_(key16) {}
  ledger::SessionDigest operator()(std::string_view handle, std::string_view session) const;

 private:
  KeyedHash128 hash_;
};

}  // namespace beckon::commit
