#include "access/key_set.h"

#include <algorithm>
#include <set>

#include "base/check.h"

namespace beckon::access {
namespace {

unexpected<Fault> refused(std::string why) {
  return unexpected(Fault{.code = FaultCode::kInvalidPayload,
                          .message = "The key set is invalid: " + why + "; correct it at the issuer."});
}

}  // namespace

KeySet::KeySet(std::vector<PublicKey> keys) : keys_(std::move(keys)) {
  for (std::size_t i = 0; i < keys_.size(); ++i) CHECK(find(keys_[i].kid()) == &keys_[i]);
}

const PublicKey* KeySet::find(std::string_view kid) const {
  const auto found = std::ranges::find(keys_, kid, &PublicKey::kid);
  return found == keys_.end() ? nullptr : &*found;
}

std::string KeySet::jwks() const {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().key("keys").begin_array();
  for (const PublicKey& key : keys_) writer.raw(key.jwk());
  writer.end_array().end_object();
  return out;
}

Result<KeySet> parse_jwks(std::string text, Algorithm rsa_algorithm) {
  if (text.size() > kLargestJwks) return refused("it is larger than 64 KiB");
  const auto document = json::parse(std::move(text));
  if (!document) return refused("it is not strict JSON");
  const json::Value* members = document->root().find("keys");
  if (members == nullptr || !members->is_array()) return refused("it has no array `keys`");
  if (members->items().size() > kMostKeys) return refused("it has more than 32 keys");

  std::set<std::string_view> kids;
  std::vector<PublicKey> keys;
  for (const json::Value& jwk : members->items()) {
    if (!jwk.is_object()) return refused("one of its keys is not an object");
    // With two keys of the same name, it is ambiguous which one verifies, even if only one of them is usable.
    const json::Value* kid = jwk.find("kid");
    if (kid != nullptr && !kids.insert(kid->text()).second) return refused("two of its keys have the same `kid`");
    if (auto key = PublicKey::from_jwk(jwk, rsa_algorithm)) keys.push_back(*std::move(key));
  }
  if (keys.empty()) return refused("none of its keys can verify ES256, RS256 or PS256");
  return KeySet(std::move(keys));
}

}  // namespace beckon::access
