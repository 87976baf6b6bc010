// Who may say that a request is from a visitor: the operator's own server, which shares a key with this one and hands
// each visitor's page the proof of their visitorId. docs/people.md.
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

// Thread-safe. The secret never leaves it.
class IdentityKey {
 public:
  // `used_at`: when it last proved something, as far as stored; epoch: never.
  IdentityKey(std::string id, std::string secret, Instant used_at)
      : id_(std::move(id)), secret_(std::move(secret)), use_(used_at) {}

  const std::string& id() const { return id_; }
  LastUse& use() const { return use_; }
  // Whether `proof` is the lower-case hex of the HMAC-SHA256 of the id under the secret's text. Where it is, the key
  // was used `now`. Takes as long whichever characters differ.
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
  IdentityKeyPtr find(std::string_view id) const;  // null: it is none of these
  const std::vector<IdentityKeyPtr>& all() const { return keys_; }

 private:
  std::vector<IdentityKeyPtr> keys_;
};
using IdentityKeysPtr = std::shared_ptr<const IdentityKeys>;

// "idsec_" and 43 characters for 32 random bytes. All of the text is the key, so that no one has to decode it.
std::string make_identity_secret(Random& random);
// What a handle's settings ask of requests on the public routes that name a visitor.
enum class ProofPolicy : std::uint8_t {
  kOff,       // whoever names a visitor is believed
  kReads,     // without proof only public traits are seen and written
  kRequired,  // without proof no visitor is named
};
inline constexpr std::array<std::string_view, 3> kProofPolicies{"off", "reads", "required"};

// How it is known that a request comes from the visitor whom it names.
enum class Trust : std::uint8_t {
  kNone,     // it is not: only public traits count
  kAssumed,  // the handle asks for no proof
  kProof,
  kRole,  // a role says it
};

}  // namespace beckon::commit
