// What a decision took from the caps and cooldowns of its rule. Contract section 1, "spend". The arm of a split that a
// unit is to keep stands among its spends too, and so do decisions and reactions that rules ask about, so that all
// join, leave and are erased in the same way.
#pragma once
#include <cstdint>

#include "base/instant.h"

namespace beckon::ledger {

struct Spend {
  std::uint64_t key =
      0;  // rules/language/rule.h: spend_key of the rule or group that was spent from, arm_key, or mark_key
  Instant at{};
  std::uint64_t session = 0;  // SessionDigest::low of the session that spent: what a visitor's spends are erased by
  friend bool operator==(const Spend&, const Spend&) = default;
};

// How many a session or a visitor keeps, the newest; the greatest `max` of a cap.
inline constexpr std::size_t kSpendsKept = 1'000;

}  // namespace beckon::ledger
