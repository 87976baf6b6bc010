// An exposure: a decision that counts toward the caps and cooldowns of its rule. Contract section 1, "spend". The
// variant that a unit is to keep is stored likewise, and so are decisions and reactions that rules read, so that all of
// them join, leave and are erased in the same way.
#pragma once
#include <cstdint>

#include "base/instant.h"

namespace beckon::ledger {

struct Spend {
  std::uint64_t key = 0;  // rules/language/rule.h: spend_key of the rule or group, arm_key, or mark_key
  Instant at{};
  std::uint64_t session = 0;  // SessionDigest::low of its session: erases it from the visitor's
  friend bool operator==(const Spend&, const Spend&) = default;
};

// How many a session or a visitor keeps, the newest; also the greatest `max` of a cap.
inline constexpr std::size_t kSpendsKept = 1'000;

}  // namespace beckon::ledger
