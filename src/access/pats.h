// Access tokens (PATs): used by a company's servers instead of a user's sign-in. Contract section 2.
//
// A token is "patv1_" + its id + "." + 43 characters for 32 random bytes. Only the SHA-256 of the whole text is kept: a
// random secret of 256 bits cannot be guessed from it, so a slow hash would only slow down requests.
#pragma once
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "access/directory.h"
#include "base/last_use.h"
#include "base/random.h"

namespace beckon::access {

inline constexpr std::string_view kPatPrefix = "patv1_";

struct MadePat {
  std::string token;  // shown once
  std::string hash;   // of the token
};
MadePat make_pat(std::string_view id, Random& random);

// The fault for one more token: kConflict, the handle has kPatsOfHandle.
Fault too_many_pats();

// A token as a server holds it. Thread-safe.
class Pat {
 public:
  Pat(Handle handle, PatRecord record, std::shared_ptr<LastUse> use)
      : handle_(std::move(handle)), record_(std::move(record)), use_(std::move(use)) {}

  const Handle& handle() const { return handle_; }
  const PatRecord& record() const { return record_; }
  LastUse& use() const { return *use_; }

  // Whether this is the hash of the token or, until `previous_until`, of the one before its rotation.
  // Constant-time.
  bool has_hash(std::string_view hash, Instant now) const;

 private:
  friend class Pats;
  const Handle handle_;
  const PatRecord record_;
  const std::shared_ptr<LastUse> use_;  // shared by all versions of the token
};
using PatPtr = std::shared_ptr<const Pat>;

// The tokens of all handles, as last read from the directory. Thread-safe.
class Pats {
 public:
  // Finds the token and notes its use. `authorization` and `api_key` are the headers' values, of which a request has at
  // most one. kMissingBearerToken if it has none; kInvalidToken, with the same message for an unknown id and a wrong
  // secret; kTokenExpired.
  Result<PatPtr> authenticate(std::string_view authorization, std::string_view api_key, Instant now) const;

  PatPtr find(std::string_view id) const;  // null if there is none
  std::vector<PatPtr> all() const;

  // Replaces the tokens of a handle. Calls for one handle must not overlap.
  void put(const Handle& handle, const std::vector<PatRecord>& records);

 private:
  struct ById : std::hash<std::string_view> {
    using is_transparent = void;
  };
  mutable std::shared_mutex mutex_;  // guards the two below
  std::unordered_map<std::string, PatPtr, ById, std::equal_to<>> by_id_;
  std::unordered_map<std::string, std::vector<std::string>> ids_of_handle_;
};

// Checks a token with scopes `held` of handle `own`. Faults, in this order: kHandleNotFound unless `own` is the handle,
// as for one that does not exist; kInsufficientScope, if a scope is wanted, with the scope needed and those the token
// has, also in the extras `requiredScope` and `scopes`.
Result<void> authorize(const Scopes& held, const Handle& own, const Handle& handle, std::optional<Scope> wanted);
Fault insufficient_scope(Scope wanted, const Scopes& held);

}  // namespace beckon::access
