// The port for access tokens of other issuers (configured identity providers) that are accepted as bearer tokens. Owned
// by access; the driver verifies them with the keys that the provider publishes.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "access/jwt.h"

namespace beckon::access {

// A token that its issuer made for this server, and its subject.
struct ForeignToken {
  std::string provider;  // the name the operator has configured
  std::string title;     // as displayed
  std::string issuer;
  std::string subject;
  Instant expires_at{};
};

// Thread-safe.
class ForeignTokens {
 public:
  using Wait = std::move_only_function<void(std::move_only_function<void()> then)>;
  virtual ~ForeignTokens() = default;

  virtual bool knows(std::string_view issuer) const = 0;  // whether it is a configured provider's

  // What must complete before verify(): fetching unknown keys. Calls its argument once, from any thread. Empty if
  // nothing.
  virtual Wait wait_for(const UnverifiedJwt& token) = 0;

  // Never blocks. kInvalidToken, which says why, and kTokenExpired; kUnavailable if the keys cannot be read.
  // Precondition: knows() its issuer.
  virtual Result<ForeignToken> verify(UnverifiedJwt token) = 0;
};

}  // namespace beckon::access
