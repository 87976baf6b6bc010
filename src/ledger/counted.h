// The totals of a visitor's counters: count, sum, first and last time, and days.
//
// Stored as subtotals, one for each counter and session, so that the result does not depend on the order of arrival:
// a visitor's total is the union of the subtotals of their ids (identity.h), a split separates it again, and erasing
// a session erases its subtotals. The subtotals of expired sessions are folded into one, from which none can be
// removed.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "base/instant.h"

namespace beckon::ledger {

// A set of local days: those within the 64 days up to the newest.
struct Days {
  static constexpr std::int32_t kSpan = 64;
  std::int32_t newest = 0;  // days since 1 January 1970
  std::uint64_t bits = 0;   // bit i: the day `newest` − i; 0 if empty

  static Days of(std::int32_t day) { return {day, 1}; }
  void add(const Days& more);
  std::int64_t behind(std::int32_t day) const;         // how many are later than this day
  std::int32_t oldest_behind(std::int32_t day) const;  // the first of those; undefined if there is none
  friend bool operator==(const Days&, const Days&) = default;
};

struct Subtotal {
  std::uint64_t counter = 0;  // rules::Counter::id
  std::uint64_t session = 0;  // SessionDigest::low; 0 for the session that stores it, or for folded ones
  std::uint64_t count = 0;    // 0 in a record: the counter's subtotals are removed
  std::uint64_t amounts = 0;  // how many numbers were added
  // The sum: whole units, and the rest in millionths, so that the order of addition does not matter.
  std::int64_t units = 0, rest = 0;
  Instant first{}, last{};  // of the signals
  Days days;

  void add(const Subtotal& more);  // of the same counter
  friend bool operator==(const Subtotal&, const Subtotal&) = default;
};

// The subtotals of one session, or of one id.
struct Counted {
  static constexpr std::size_t kMost = 1'000;  // beyond it, the subtotals not counted to for longest are folded

  std::vector<Subtotal> all;  // sorted by counter and session, each pair once

  // Adds what a session has counted; subtotals with count 0 name removed counters.
  void take(std::span<const Subtotal> more, std::uint64_t session);
  void fold(std::uint64_t session);
  void remove(std::uint64_t session);
  bool has(std::uint64_t session) const;
  std::span<const Subtotal> of(std::uint64_t counter) const;
  friend bool operator==(const Counted&, const Counted&) = default;
};

// The total over a visitor's ids, one part each. An id counts for `keep` after its last counted signal; `until` is the
// first instant at which one no longer counts.
struct Total {
  Subtotal sum;
  Instant until = Instant::max();
};
Total total_of(std::span<const Counted* const> parts, std::uint64_t counter, Instant now = Instant::min(),
               Duration keep = Duration::max());

}  // namespace beckon::ledger
