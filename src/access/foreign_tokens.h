// The port for access tokens of other issuers that are taken as bearers: those of configured identity providers. Owned
// by access; the driver verifies them with the keys that the provider publishes.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "access/jwt.h"

namespace beckon::access {

// A token that its issuer made for this server, and who it is about.
struct ForeignToken {
  std::string provider;  // the name under which the operator has configured it
  std::string title;     // as it is shown
  std::string issuer;
  std::string subject;
  Instant expires_at{};
};

// Thread-safe.
class ForeignTokens {
 public:
  using Wait = std::move_only_function<void(std::move_only_function<void()> then)>;
  virtual ~ForeignTokens() = default;

  virtual bool knows(std::string_view issuer) const = 0;  // whether it is that of a configured provider

  // What verify() must wait for first, which calls what it is given once, from any thread: keys that are not known yet.
  // Empty: nothing.
  virtual Wait wait_for(const UnverifiedJwt& token) = 0;

  // Never blocks. kInvalidToken says what it is instead, and kTokenExpired; kUnavailable if the keys cannot be read.
  // Precondition: knows() its issuer.
  virtual Result<ForeignToken> verify(UnverifiedJwt token) = 0;
};

}  // namespace beckon::access
