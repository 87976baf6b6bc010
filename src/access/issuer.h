// The server's own issuer: signs tokens with ES256, verifies them, and publishes its keys.
#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>

#include "access/directory.h"
#include "access/jwt.h"
#include "access/key_set.h"
#include "base/secret_box.h"

namespace beckon::access {

// Made on the command line; good for its handle and role and nothing else.
struct CommandLineToken {
  Handle handle;
  Role role = Role::kCreator;
};
// Made on the command line; good for /v2/platform-admin/* and no handle.
struct PlatformAdminToken {};
// Says who; the role is looked up at each request.
struct UserToken {
  std::string email;                  // as to_email gives it
  std::int64_t password_version = 0;  // of the user now: another password ends the token
};
using TokenKind = std::variant<CommandLineToken, PlatformAdminToken, UserToken>;

// What a verified token said, and by which key.
struct Identity {
  Principal principal;
  std::string kid;
};

// Thread-safe. The directory, box, clock and random must outlive it.
//
// The keys stand in the directory, sealed; the first is made when it is first needed. The newest signs, all verify.
// They are kept in memory; a kid that is not among them has the directory read again, at most once a second, because
// another process may have made a key. Faults of the directory pass through; kInternalError where a key does not open
// under this master key.
class Issuer {
 public:
  static constexpr Duration kRefreshInterval = std::chrono::seconds{1};
  static constexpr std::string_view kCommandLine = "cli";  // `sub` of what the command line makes

  Issuer(Directory& directory, const SecretBox& box, const Clock& clock, Random& random,
         JwtRules rules = {.issuer = "beckon", .audience = "beckon"});

  // Reads the keys, and makes the first where there is none. Call it at start, so that a wrong master key shows then.
  Result<void> prepare();
  Result<void> rotate();  // a new key signs from now on

  // A compact JWT {iss, aud, sub, iat, exp, jti} with {handle, role}, {platformAdmin} or
  // {passwordVersion}. kValidationError on `ttl`
  // unless life is from one second to 24 hours.
  Result<std::string> issue(const TokenKind& kind, Duration life);

  // kInvalidToken or kTokenExpired, with what to do.
  Result<Identity> verify(std::string_view compact);

  bool has_key(std::string_view kid) const;  // among those in memory
  Result<std::string> jwks();                // the JSON of /.well-known/jwks.json

 private:
  struct Keys {
    std::optional<Es256Key> newest;
    Instant newest_at{};  // when it was made
    KeySet all;
  };
  std::shared_ptr<const Keys> keys() const;
  Result<std::shared_ptr<const Keys>> ready_keys();  // with a newest one
  Result<void> read_keys();                          // caller holds reading_
  Result<void> add_key();                            // caller holds reading_
  Result<std::shared_ptr<const Keys>> keys_with(std::string_view kid);

  Directory& directory_;
  const SecretBox& box_;
  const Clock& clock_;
  Random& random_;
  const JwtRules rules_;

  std::mutex reading_;  // one reader of the directory at a time; never taken where the kid is known
  Instant read_at_{};
  mutable std::mutex mutex_;  // guards keys_
  std::shared_ptr<const Keys> keys_ = std::make_shared<const Keys>();
};

}  // namespace beckon::access
