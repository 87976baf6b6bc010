#include "system/encoding.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/sha.h>
#include <sodium.h>

#include <cstring>

#include "base/check.h"

namespace beckon {
namespace {

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

// OpenSSL looks an algorithm up by name, which takes as long as hashing a KiB: so only once per thread.
class HmacSha256 {
 public:
  HmacSha256() {
    EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    CHECK(mac != nullptr);
    context_ = EVP_MAC_CTX_new(mac);
    EVP_MAC_free(mac);  // the context has its own reference
    char digest[] = "SHA256";
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string("digest", digest, 0), OSSL_PARAM_construct_end()};
    CHECK(context_ != nullptr && EVP_MAC_CTX_set_params(context_, params) == 1);
  }
  ~HmacSha256() { EVP_MAC_CTX_free(context_); }
  HmacSha256(const HmacSha256&) = delete;
  HmacSha256& operator=(const HmacSha256&) = delete;

  std::string operator()(std::string_view key, std::string_view text) const {
    std::string sum(32, '\0');
    std::size_t size = 0;
    // With an empty key, OpenSSL would keep the previous one.
    CHECK(!key.empty() && EVP_MAC_init(context_, bytes_of(key), key.size(), nullptr) == 1);
    CHECK(EVP_MAC_update(context_, bytes_of(text), text.size()) == 1);
    CHECK(EVP_MAC_final(context_, bytes_of(sum), &size, sum.size()) == 1 && size == sum.size());
    static constexpr unsigned char kNoKey[32] = {};  // no key is kept between calls
    CHECK(EVP_MAC_init(context_, kNoKey, sizeof kNoKey, nullptr) == 1);
    return sum;
  }

 private:
  EVP_MAC_CTX* context_ = nullptr;
};

std::string encode(std::string_view bytes, int variant) {
  std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes_of(bytes), bytes.size(), variant);
  text.pop_back();  // its terminating NUL
  return text;
}

std::optional<std::string> decode(std::string_view text, int variant) {
  std::string bytes(text.size(), '\0');
  std::size_t size = 0;
  const char* end = nullptr;
  if (sodium_base642bin(bytes_of(bytes), bytes.size(), text.data(), text.size(), nullptr, &size, &end, variant) != 0 ||
      end != text.data() + text.size())
    return std::nullopt;
  bytes.resize(size);
  return bytes;
}

}  // namespace

std::string to_hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string to_base64(std::string_view bytes) { return encode(bytes, sodium_base64_VARIANT_ORIGINAL); }
std::optional<std::string> from_base64(std::string_view text) { return decode(text, sodium_base64_VARIANT_ORIGINAL); }
std::string to_base64url(std::string_view bytes) { return encode(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING); }
std::optional<std::string> from_base64url(std::string_view text) {
  return decode(text, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
  static thread_local const HmacSha256 hmac;
  return hmac(key, text);
}

std::string sha256(std::string_view text) {
  std::string digest(32, '\0');
  SHA256(bytes_of(text), text.size(), bytes_of(digest));
  return digest;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

KeyedHash::KeyedHash(std::string_view key16) {
  CHECK(key16.size() == key_.size());
  std::memcpy(key_.data(), key16.data(), key_.size());
}

std::uint64_t KeyedHash::operator()(std::string_view text) const {
  std::uint64_t digest = 0;
  static_assert(crypto_shorthash_BYTES == sizeof digest);
  crypto_shorthash(reinterpret_cast<unsigned char*>(&digest), bytes_of(text), text.size(), key_.data());
  return digest;
}

KeyedHash128::KeyedHash128(std::string_view key16) {
  static_assert(crypto_shorthash_siphashx24_KEYBYTES == std::tuple_size_v<decltype(key_)>);
  CHECK(key16.size() == key_.size());
  std::memcpy(key_.data(), key16.data(), key_.size());
}

KeyedHash128::Sum KeyedHash128::operator()(std::string_view text) const {
  Sum sum;
  static_assert(crypto_shorthash_siphashx24_BYTES == sizeof sum);
  crypto_shorthash_siphashx24(reinterpret_cast<unsigned char*>(&sum), bytes_of(text), text.size(), key_.data());
  return sum;
}

}  // namespace beckon
