// Proof that a request comes from the visitor it names: the operator's own server shares a key with this one and gives
// each visitor's page a proof of its visitorId. docs/people.md.
#pragma once
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/instant.h"
#include "base/last_use.h"
#include "base/random.h"

namespace beckon::commit {

// Thread-safe. The secret is never exposed.
class IdentityKey {
 public:
  // `used_at`: when it last proved an id, as far as stored; the epoch if never.
  IdentityKey(std::string id, std::string secret, Instant used_at)
      : id_(std::move(id)), secret_(std::move(secret)), use_(used_at) {}

  const std::string& id() const { return id_; }
  LastUse& use() const { return use_; }
  // Whether `proof` is the lower-case hex HMAC-SHA256 of the id under the secret's text. If so, marks the key as used
  // at `now`. Constant-time.
  bool proves(const VisitorId& visitor, std::string_view proof, Instant now) const;

 private:
  const std::string id_, secret_;
  mutable LastUse use_;
};
using IdentityKeyPtr = std::shared_ptr<const IdentityKey>;

// The valid keys of a handle. Immutable.
class IdentityKeys {
 public:
  explicit IdentityKeys(std::vector<IdentityKeyPtr> keys = {}) : keys_(std::move(keys)) {}
  static std::shared_ptr<const IdentityKeys> none();

  bool prove(const VisitorId& visitor, std::string_view proof, Instant now) const;
  IdentityKeyPtr find(std::string_view id) const;  // null if there is none
  const std::vector<IdentityKeyPtr>& all() const { return keys_; }

 private:
  std::vector<IdentityKeyPtr> keys_;
};
using IdentityKeysPtr = std::shared_ptr<const IdentityKeys>;

// "idsec_" and 43 characters for 32 random bytes. The whole text is the key, so that nobody has to decode it.
std::string make_identity_secret(Random& random);
// The proof that a handle requires of public requests that name a visitor.
enum class ProofPolicy : std::uint8_t {
  kOff,       // none: any named visitor is accepted
  kReads,     // without proof, only public traits can be read and written
  kRequired,  // without proof, no visitor can be named
};
inline constexpr std::array<std::string_view, 3> kProofPolicies{"off", "reads", "required"};

// Why a request is trusted to come from the visitor it names.
enum class Trust : std::uint8_t {
  kNone,     // it is not: only public traits count
  kAssumed,  // the handle requires no proof
  kProof,
  kRole,  // the caller has a role
};

}  // namespace beckon::commit
