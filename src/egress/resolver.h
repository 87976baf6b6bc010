// The port for resolving names to addresses. Owned by egress; a simulator has its own.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/instant.h"
#include "base/ip_address.h"

namespace beckon::egress {

// The result of looking up the A and AAAA records of a name.
struct Lookup {
  enum class Outcome : std::uint8_t {
    kFound,      // addresses is not empty
    kNoName,     // no such name
    kNoAddress,  // the name has no address
    kTimeout,    // no answer in time
    kFailed,     // the servers are unreachable, report an error, or return garbage
  };
  Outcome outcome = Outcome::kFailed;
  std::vector<IpAddress> addresses;  // of both types
  std::chrono::microseconds elapsed{0};
};

// Confined to one thread.
class Resolver {
 public:
  using Completion = std::move_only_function<void(Lookup)>;
  using Ticket = std::uint64_t;
  virtual ~Resolver() = default;

  // Looks up all addresses of `name` (lower case, no trailing dot, not numeric). Completes exactly once, within
  // `at_most`, never from inside start(); not at all after cancel().
  virtual Ticket start(const std::string& name, Duration at_most, Completion completion) = 0;
  virtual void cancel(Ticket ticket) = 0;  // no effect if it has completed
};

}  // namespace beckon::egress
