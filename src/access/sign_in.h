// The ways to a token of a user, and its end before its time. Contract section 8, safety.md section 2.
//
// A token says who; it lives for a while, outlives a restart of the server, and ends early when its holder signs out or
// the user is given another password (Directory::standing_of). Each sign-in and sign-out is audited for the server.
#pragma once
#include <atomic>
#include <string>
#include <string_view>

#include "access/directory.h"
#include "access/issuer.h"
#include "access/login_throttle.h"
#include "access/one_time_codes.h"
#include "access/password.h"
#include "access/rate_limiter.h"

namespace beckon::access {

struct SignInSettings {
  Duration life = std::chrono::hours{8};  // of a token: a working day. At most kLongestLife
  std::uint32_t per_address = 10;         // tries of one client address in a rolling minute
  LoginThrottle::Settings account = {};
  int at_once = 1;         // passwords hashed at once: each takes PasswordCost::memory and a control thread
  PasswordCost cost = {};  // as of the hashes that are put
};

struct SignedIn {
  std::string token;
  std::string user;
  std::chrono::seconds life{};
};

// Thread-safe; the calls may wait for the disk and for a hash. What it is made from must outlive it. Faults of the
// directory pass through.
class SignIn {
 public:
  SignIn(Directory& directory, Issuer& issuer, const Clock& clock, Random& random, SignInSettings settings = {});

  // kInvalidCredentials, by the same answer after the same work, for an unknown user, one without a password, and a
  // wrong one. kRateLimited, before anything is looked at, for an address or an account that tries too often.
  // kUnavailable where others are signing in at this moment. `email` is as to_email gives it.
  Result<SignedIn> with_password(const std::string& email, std::string_view password, const IpAddress& from);

  // kInvalidCredentials says what is wrong with the code; kRateLimited by address.
  Result<SignedIn> with_code(std::string_view code, const IpAddress& from);
  std::string make_code(std::string user) { return codes_.make(std::move(user), clock_.now(), random_); }

  // The token of the caller is good for nothing any more, when this returns.
  Result<void> out(const Principal& principal);

 private:
  Result<void> admit(const IpAddress& from);
  bool matches(const std::optional<UserRecord>& user, std::string_view password) const;
  Result<SignedIn> signed_in(const UserRecord& user, std::string_view way);
  AuditEntry audit(const std::string& user, std::string action, std::string detail) const;

  Directory& directory_;
  Issuer& issuer_;
  const Clock& clock_;
  Random& random_;
  const SignInSettings settings_;
  const std::string nobody_;  // judged where a user or a password is not there
  RateLimiter by_address_;
  LoginThrottle by_account_;
  OneTimeCodes codes_;
  std::atomic<int> hashing_{0};
};

}  // namespace beckon::access
