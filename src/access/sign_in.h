// How a user gets a token, and how it is ended early. Contract section 8, safety.md section 2.
//
// A token identifies a user; it lives for a while, outlives a restart of the server, and ends early if its holder signs
// out or the user gets a new password (Directory::standing_of). Each sign-in and sign-out is audited for the server.
#pragma once
#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>

#include "access/directory.h"
#include "access/issuer.h"
#include "access/login_throttle.h"
#include "access/one_time_codes.h"
#include "access/password.h"
#include "access/rate_limiter.h"
#include "access/rolling_minute.h"

namespace beckon::access {

struct SignInSettings {
  Duration life = std::chrono::hours{8};  // of a token: a working day. At most kLongestLife
  std::uint32_t per_address = 10;         // attempts from one client address in a rolling minute
  LoginThrottle::Settings account = {};   // failures of one account from one address
  std::uint32_t failures_anywhere = 100;  // of one account in a row, from all addresses, before it is blocked for all
  int at_once = 1;                        // passwords hashed in parallel; each uses PasswordCost::memory
  int waiting = 16;                       // for hashing, each on a control thread
  PasswordCost cost = {};                 // of new hashes
};

// How a user was identified, if not by a password.
struct Way {
  std::string_view name;  // SignInRecord::way
  std::string_view provider = {}, subject = {}, provider_session = {};
};

// The sign-in request.
struct Visit {
  IpAddress from;
  std::string request = {};  // its id
  std::string agent = {};    // its User-Agent

  Caller by(std::string user) const {  // for the audit
    return {.actor = std::move(user), .address = from.text(), .request = request};
  }
};

struct SignedIn {
  std::string token;
  std::string user;
  std::chrono::seconds life{};
};

inline constexpr std::uint32_t kAuditedFailures = 60;  // per minute, so that guessing does not fill the disk

// Thread-safe; the calls may wait for the disk and for a hash. Constructor arguments must outlive it. Faults of the
// directory are passed on.
class SignIn {
 public:
  SignIn(Directory& directory, Issuer& issuer, const Clock& clock, Random& random, SignInSettings settings = {});

  // kInvalidCredentials, with the same response after the same work, for an unknown user, a user without a password,
  // and a wrong password. kRateLimited, before any lookup, if the address, the account, or the two together have too
  // many attempts. kUnavailable if too many others wait. Failures are audited, at most kAuditedFailures a minute.
  // `email` is from to_email().
  Result<SignedIn> with_password(const std::string& email, std::string_view password, const Visit& visit);

  // kInvalidCredentials says what is wrong with the code; kRateLimited by address.
  Result<SignedIn> with_code(std::string_view code, const Visit& visit);
  std::string make_code(std::string user) { return codes_.make(std::move(user), clock_.now(), random_); }

  // Counts one more attempt of the address. kRateLimited if it has too many.
  Result<void> admit(const IpAddress& from);

  // Signs in a user who was identified otherwise. kInvalidCredentials if there is no such user, or they are
  // disabled.
  Result<SignedIn> as(const std::string& email, const Way& way, const Visit& visit);

  // Changes the password of the caller, who is a user, ends all of their sign-ins, and signs them in again. Faults as
  // in with_password() for the current password; kValidationError on newPassword.
  Result<SignedIn> change_password(const Principal& principal, std::string_view current, std::string_view next,
                                   const Visit& visit);

  // Signs in a user verified by a provider: the user is created and gets the roles of their groups as in
  // Directory::admit(). `session` is the provider's name of their session. kInvalidCredentials if they are not a user
  // of this server and do not become one, or are disabled.
  Result<SignedIn> with_provider(const ProviderUser& user, std::string_view session, const Visit& visit);
  // Such a sign-in was refused after admit(): audits it, at most kAuditedFailures a minute.
  Result<void> note_refusal(const Visit& visit);

  // Signs out: when it returns, the caller's token is no longer valid.
  Result<void> out(const Principal& principal, const Visit& visit);

 private:
  class Turn;

  Result<void> note_failure(const std::string& user, std::string_view way, const Visit& visit);
  bool matches(const std::optional<UserRecord>& user, std::string_view password) const;
  // Identifies the user by their password.
  Result<UserRecord> proven(const std::string& email, std::string_view password, const Visit& visit);
  Result<SignedIn> signed_in(const UserRecord& user, const Way& way, const Visit& visit);
  AuditEntry audit(const std::string& user, std::string_view action, std::string detail, const Visit& visit) const;

  Directory& directory_;
  Issuer& issuer_;
  const Clock& clock_;
  Random& random_;
  const SignInSettings settings_;
  const std::string nobody_;  // verified if there is no user or no password
  RateLimiter by_address_;
  LoginThrottle by_account_and_address_;
  LoginThrottle by_account_;
  OneTimeCodes codes_;

  std::mutex turns_mutex_;
  std::condition_variable turns_changed_;
  int hashing_ = 0, waiting_ = 0;

  std::mutex failures_mutex_;
  RollingMinute failures_;  // audited ones
};

}  // namespace beckon::access
