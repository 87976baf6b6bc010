// Password hashes: argon2id (RFC 9106) by libsodium, as its text "$argon2id$…", which contains salt and cost. Pure
// except for the salt, which comes from libsodium's generator. Thread-safe.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"

namespace beckon::access {

inline constexpr std::size_t kShortestPassword = 12;   // characters; NIST SP 800-63B requires 8, and no other rules
inline constexpr std::size_t kLongestPassword = 1024;  // bytes

// The cost of one guess: about 80 ms of a core, and this memory for each parallel guess. The minimum of OWASP is 19 MiB
// and 2 passes.
struct PasswordCost {
  std::uint64_t passes = 2;
  std::size_t memory = std::size_t{64} << 20;  // bytes
};

// What is wrong with a new password for `email`; std::nullopt if it is acceptable.
std::optional<std::string> issue_of_password(std::string_view password, std::string_view email);

// kUnavailable if there is not enough memory.
Result<std::string> hash_password(std::string_view password, const PasswordCost& cost = {});

// Whether the hash is of this password; always takes the full cost of the hash.
bool is_password(std::string_view password, const std::string& hash);

// A hash of that cost with no known password: verified if there is no real one, so that both take equally long.
std::string hash_of_nobody(const PasswordCost& cost, Random& random);

}  // namespace beckon::access
