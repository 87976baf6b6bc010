// Codes that can be exchanged once for a sign-in, such as in the link that `--dev` prints. Kept in memory, as digests:
// a restart invalidates them all.
#pragma once
#include <deque>
#include <mutex>
#include <string>
#include <string_view>

#include "base/instant.h"
#include "base/random.h"
#include "base/result.h"

namespace beckon::access {

// Internally locked.
class OneTimeCodes {
 public:
  static constexpr Duration kLife = std::chrono::minutes{10};
  static constexpr std::size_t kMost = 16;   // beyond it, the oldest is dropped
  static constexpr std::size_t kBytes = 32;  // of randomness; 43 characters of base64url

  // A code for the user, of kBytes from `random`.
  std::string make(std::string user, Instant now, Random& random);

  // The user it was made for, once. kInvalidCredentials says whether it was used, has expired, or is unknown.
  Result<std::string> take(std::string_view code, Instant now);

 private:
  struct Code {
    std::string digest;
    std::string user;
    Instant until{};
    bool used = false;
  };
  std::mutex mutex_;
  std::deque<Code> codes_;
};

}  // namespace beckon::access
