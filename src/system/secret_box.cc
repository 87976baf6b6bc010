#include "system/secret_box.h"

#include <sodium.h>

#include "base/check.h"

namespace beckon {
namespace {

constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;

const unsigned char* unsigned_bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::optional<std::string> opened_with(const std::string& key, std::string_view sealed, std::string_view associated) {
  if (sealed.size() < kNonce + kTag) return std::nullopt;
  std::string plain(sealed.size() - kNonce - kTag, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(reinterpret_cast<unsigned char*>(plain.data()), nullptr, nullptr,
                                                 unsigned_bytes(sealed) + kNonce, sealed.size() - kNonce,
                                                 unsigned_bytes(associated), associated.size(), unsigned_bytes(sealed),
                                                 unsigned_bytes(key)) != 0)
    return std::nullopt;
  return plain;
}

}  // namespace

class SecretBox::Keys {
 public:
  explicit Keys(std::vector<std::string> keys) : all(std::move(keys)) {
    CHECK(!all.empty());
    for (const std::string& key : all) CHECK(key.size() == kKeySize);
  }
  ~Keys() {
    for (std::string& key : all) sodium_memzero(key.data(), key.size());
  }
  Keys(const Keys&) = delete;
  Keys& operator=(const Keys&) = delete;

  std::vector<std::string> all;
};

SecretBox::SecretBox(std::vector<std::string> keys) : keys_(std::make_shared<const Keys>(std::move(keys))) {
  CHECK(sodium_init() >= 0);
}

void SecretBox::use(std::vector<std::string> keys) { keys_.set(std::make_shared<const Keys>(std::move(keys))); }

std::string SecretBox::seal(std::string_view plain, std::string_view associated, Random& random) const {
  std::string sealed(kNonce + plain.size() + kTag, '\0');
  random.fill(std::as_writable_bytes(std::span{sealed.data(), kNonce}));
  auto* out = reinterpret_cast<unsigned char*>(sealed.data());
  crypto_aead_xchacha20poly1305_ietf_encrypt(out + kNonce, nullptr, unsigned_bytes(plain), plain.size(),
                                             unsigned_bytes(associated), associated.size(), nullptr, out,
                                             unsigned_bytes(keys_.get()->all.front()));
  return sealed;
}

std::optional<std::string> SecretBox::open(std::string_view sealed, std::string_view associated) const {
  const auto keys = keys_.get();
  for (const std::string& key : keys->all)
    if (auto plain = opened_with(key, sealed, associated)) return plain;
  return std::nullopt;
}

std::optional<std::string> SecretBox::resealed(std::string_view sealed, std::string_view associated,
                                               Random& random) const {
  const auto keys = keys_.get();
  if (keys->all.size() == 1 || opened_with(keys->all.front(), sealed, associated)) return std::nullopt;
  auto plain = open(sealed, associated);
  if (!plain) return std::nullopt;
  std::string fresh = seal(*plain, associated, random);
  sodium_memzero(plain->data(), plain->size());
  return fresh;
}

}  // namespace beckon
