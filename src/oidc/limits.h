// How long and how much of a provider's server is waited for and read. Tests shrink them.
#pragma once
#include <cstddef>

#include "base/instant.h"

namespace beckon::oidc {

struct Limits {
  Duration keys_every{30'000};              // at most one reading of a provider's keys in it; safety.md section 2
  Duration deadline{10'000};                // of all requests that one sign-in waits for, and of a reading of the keys
  Duration fresh = std::chrono::hours{1};   // keys and metadata that are older are read again at their next use,
  Duration stale = std::chrono::hours{24};  // and serve so long if that fails; safety.md section 2
  std::size_t body_bytes = 64 * 1024;       // of any response: those of safety.md section 2 for keys
  std::size_t calls = 64;                   // requests to providers under way; each holds a connection,
  std::size_t calls_per_provider = 32;      // and of one provider
};

}  // namespace beckon::oidc
