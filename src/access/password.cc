#include "access/password.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/utf8.h"
#include "system/encoding.h"

namespace beckon::access {
namespace {

// As written by libsodium: the standard alphabet without padding.
std::string unpadded(std::string_view bytes) {
  std::string text = to_base64(bytes);
  text.resize(text.find_last_not_of('=') + 1);
  return text;
}

bool equal_but_for_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

}  // namespace

std::optional<std::string> issue_of_password(std::string_view password, std::string_view email) {
  if (characters(password) < kShortestPassword)
    return "must have at least " + std::to_string(kShortestPassword) + " characters";
  if (password.size() > kLongestPassword) return "must have at most " + std::to_string(kLongestPassword) + " bytes";
  if (equal_but_for_case(password, email)) return "must not be the e-mail address";
  if (std::ranges::all_of(password, [&](char c) { return c == password.front(); }))
    return "must not be a single repeated character";
  return std::nullopt;
}

Result<std::string> hash_password(std::string_view password, const PasswordCost& cost) {
  CHECK(sodium_init() >= 0);
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  if (crypto_pwhash_str_alg(hash.data(), password.data(), password.size(), cost.passes, cost.memory,
                            crypto_pwhash_ALG_ARGON2ID13) != 0)
    return unexpected(unavailable("There is not enough memory to hash a password right now."));
  return std::string(hash.data());
}

bool is_password(std::string_view password, const std::string& hash) {
  CHECK(sodium_init() >= 0);
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

std::string hash_of_nobody(const PasswordCost& cost, Random& random) {
  return "$argon2id$v=19$m=" + std::to_string(cost.memory / 1024) + ",t=" + std::to_string(cost.passes) + ",p=1$" +
         unpadded(random.bytes(crypto_pwhash_SALTBYTES)) + "$" + unpadded(random.bytes(32));
}

}  // namespace beckon::access
