// Time and size limits for requests to providers. Tests shrink them.
#pragma once
#include <cstddef>

#include "base/instant.h"

namespace beckon::oidc {

struct Limits {
  Duration keys_every{30'000};              // at most one read of a provider's keys in this time; safety.md section 2
  Duration deadline{10'000};                // for all requests of one sign-in, and for a read of the keys
  Duration fresh = std::chrono::hours{1};   // older keys and metadata are read again at their next use,
  Duration stale = std::chrono::hours{24};  // and stay valid this long if that fails; safety.md section 2
  std::size_t body_bytes = 64 * 1024;       // of any response; for keys the limit of safety.md section 2
  std::size_t calls = 64;                   // requests to providers in progress; each holds a connection,
  std::size_t calls_per_provider = 32;      // likewise for one provider
};

}  // namespace beckon::oidc
