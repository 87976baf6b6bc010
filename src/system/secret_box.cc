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

}  // namespace

SecretBox::SecretBox(std::string_view key32) : key_(key32) {
  CHECK(key_.size() == kKeySize);
  CHECK(sodium_init() >= 0);
}

SecretBox::~SecretBox() { sodium_memzero(key_.data(), key_.size()); }

std::string SecretBox::seal(std::string_view plain, std::string_view associated, Random& random) const {
  std::string sealed(kNonce + plain.size() + kTag, '\0');
  random.fill(std::as_writable_bytes(std::span{sealed.data(), kNonce}));
  auto* out = reinterpret_cast<unsigned char*>(sealed.data());
  crypto_aead_xchacha20poly1305_ietf_encrypt(out + kNonce, nullptr, unsigned_bytes(plain), plain.size(),
                                             unsigned_bytes(associated), associated.size(), nullptr, out,
                                             unsigned_bytes(key_));
  return sealed;
}

std::optional<std::string> SecretBox::open(std::string_view sealed, std::string_view associated) const {
  if (sealed.size() < kNonce + kTag) return std::nullopt;
  std::string plain(sealed.size() - kNonce - kTag, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(reinterpret_cast<unsigned char*>(plain.data()), nullptr, nullptr,
                                                 unsigned_bytes(sealed) + kNonce, sealed.size() - kNonce,
                                                 unsigned_bytes(associated), associated.size(), unsigned_bytes(sealed),
                                                 unsigned_bytes(key_)) != 0)
    return std::nullopt;
  return plain;
}

}  // namespace beckon
