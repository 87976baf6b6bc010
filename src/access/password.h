// Passwords at rest: argon2id (RFC 9106) by libsodium, as its text "$argon2id$…", which carries salt and cost. Pure but
// for the salt, which is of libsodium's own generator. Thread-safe.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"

namespace beckon::access {

inline constexpr std::size_t kShortestPassword = 12;   // characters; NIST SP 800-63B asks for 8, and no rules beside it
inline constexpr std::size_t kLongestPassword = 1024;  // bytes

// What one guess costs: some 80 ms of a core, and memory that a guesser needs as often as they guess at once. OWASP's
// least is 19 MiB and 2 passes.
struct PasswordCost {
  std::uint64_t passes = 2;
  std::size_t memory = std::size_t{64} << 20;  // bytes
};

// What is wrong with a password that `email` wants to have; nothing where it will do.
std::optional<std::string> issue_of_password(std::string_view password, std::string_view email);

// kUnavailable where the memory is not there.
Result<std::string> hash_password(std::string_view password, const PasswordCost& cost = {});

// Whether the hash is of this password; takes the hash's cost, whatever the answer.
bool is_password(std::string_view password, const std::string& hash);

// A hash of that cost which no password is known to have: what is judged in place of one that is not there.
std::string hash_of_nobody(const PasswordCost& cost, Random& random);

}  // namespace beckon::access
