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
#include "system/secret_box.h"

namespace beckon::access {

// Created on the command line; valid for its handle and role only.
struct CommandLineToken {
  Handle handle;
  Role role = Role::kCreator;
};
// Created on the command line; valid for /v2/platform-admin/* and no handle.
struct PlatformAdminToken {};
// Identifies a user; the role is looked up at each request.
struct UserToken {
  std::string email;                  // from to_email()
  std::int64_t password_version = 0;  // of the user now: a new password ends the token
};
using TokenKind = std::variant<CommandLineToken, PlatformAdminToken, UserToken>;

// The claims of a verified token, and its key.
struct Identity {
  Principal principal;
  std::string kid;
};

// Thread-safe. The directory, box, clock and random must outlive it.
//
// The keys are stored in the directory, sealed; the first is created on first use. All of them verify. A new one is
// listed for kAhead before it signs, so that verifiers that cache the list know it by then; the previous one is removed
// when the last token it can have signed has expired. Keys are cached; an unknown kid causes the directory to be
// reread, at most once a second, because another process may have created a key. Faults of the directory are passed on;
// kInternalError if a key cannot be unsealed with this master key.
class Issuer {
 public:
  static constexpr Duration kAhead = std::chrono::hours{1};
  static constexpr Duration kRefreshInterval = std::chrono::seconds{1};
  static constexpr std::string_view kCommandLine = "cli";  // `sub` of tokens created on the command line

  Issuer(Directory& directory, const SecretBox& box, const Clock& clock, Random& random,
         JwtRules rules = {.issuer = "beckon", .audience = "beckon"});

  // Reads the keys, and creates the first if there is none. Call it at start, so that a wrong master key is found then.
  Result<void> prepare();
  // Adds a key, which signs from kAhead on. With `at_once` it signs now, and the others are removed: all tokens end.
  Result<void> rotate(const Caller& by, bool at_once = false);
  // Adds a key if the newest is older than `life`, and removes keys whose tokens have all expired.
  Result<void> keep_up(Duration life);
  Result<void> reread();  // another process may have changed the keys

  struct Known {
    std::string kid;
    Instant created_at{};
    bool signs = false;  // now
  };
  Result<std::vector<Known>> known();  // newest first

  struct Issued {
    std::string token;
    std::string id;   // its `jti`
    Instant until{};  // its `exp`
  };
  // A compact JWT {iss, aud, sub, iat, exp, jti} with {handle, role}, {platformAdmin} or
  // {passwordVersion}. kValidationError on `ttl` unless life is from one second to 24
  // hours.
  Result<Issued> issued(const TokenKind& kind, Duration life);
  Result<std::string> issue(const TokenKind& kind, Duration life);  // only its token

  // kInvalidToken or kTokenExpired, which say what to do.
  Result<Identity> verify(std::string_view compact);

  bool has_key(std::string_view kid) const;  // in the cache
  Result<std::string> jwks();                // the JSON of /.well-known/jwks.json

 private:
  struct Keys {
    std::vector<std::pair<Es256Key, Instant>> pairs;  // with creation times, newest first
    KeySet all;
    std::size_t signer(Instant now) const;  // index of the signing key
    Instant newest_at() const { return pairs.empty() ? Instant{} : pairs.front().second; }
  };
  std::shared_ptr<const Keys> keys() const;
  Result<std::shared_ptr<const Keys>> ready_keys();                   // never empty
  Result<void> read_keys();                                           // caller holds reading_
  Result<void> add_key(const Caller& by);                             // caller holds reading_
  Result<void> remove_key(const std::string& kid, const Caller& by);  // likewise
  Result<std::shared_ptr<const Keys>> keys_with(std::string_view kid);

  Directory& directory_;
  const SecretBox& box_;
  const Clock& clock_;
  Random& random_;
  const JwtRules rules_;

  std::mutex reading_;  // one reader of the directory at a time; not locked for a known kid
  Instant read_at_{};
  mutable std::mutex mutex_;  // guards keys_
  std::shared_ptr<const Keys> keys_ = std::make_shared<const Keys>();
};

}  // namespace beckon::access
