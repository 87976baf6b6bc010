// What counters have counted of a visitor: how often, how much, when first and last, and on which days.
//
// It is kept in subtotals, one for each counter and session, so that it does not depend on the order of arrival: what
// a visitor comes to is the union of what is kept under their ids (identity.h), a split takes it apart again, and with
// an erased session goes what it counted. Where a session has expired, its subtotals are folded into one, and nothing
// can be taken out of that again.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "base/instant.h"

namespace beckon::ledger {

// Different local days, those of the 64 up to the newest.
struct Days {
  static constexpr std::int32_t kSpan = 64;
  std::int32_t newest = 0;  // since 1 January 1970
  std::uint64_t bits = 0;   // bit i: the day `newest` − i; 0: there is none

  static Days of(std::int32_t day) { return {day, 1}; }
  void add(const Days& more);
  std::int64_t behind(std::int32_t day) const;         // how many later than this day
  std::int32_t oldest_behind(std::int32_t day) const;  // the first of them; of none: undefined
  friend bool operator==(const Days&, const Days&) = default;
};

struct Subtotal {
  std::uint64_t counter = 0;  // rules::Counter::id
  std::uint64_t session = 0;  // SessionDigest::low; 0: of the session that keeps it, or of those that were folded
  std::uint64_t count = 0;    // 0, in a record: all that is kept of the counter goes
  std::uint64_t amounts = 0;  // how many numbers were added up
  // Their sum: whole units, and what is left in millionths, so that the order of addition never matters.
  std::int64_t units = 0, rest = 0;
  Instant first{}, last{};  // of the signals
  Days days;

  void add(const Subtotal& more);  // of the same counter
  friend bool operator==(const Subtotal&, const Subtotal&) = default;
};

// Of one session, or under one id.
struct Counted {
  static constexpr std::size_t kMost = 1'000;  // beyond, the subtotals that have counted nothing for longest are folded

  std::vector<Subtotal> all;  // by counter and session, each pair once

  // Takes in what a session has counted; those of count 0 say which counters are gone.
  void take(std::span<const Subtotal> more, std::uint64_t session);
  void fold(std::uint64_t session);
  void remove(std::uint64_t session);
  bool has(std::uint64_t session) const;
  std::span<const Subtotal> of(std::uint64_t counter) const;
  friend bool operator==(const Counted&, const Counted&) = default;
};

// What a visitor's ids, one part each, come to. An id counts for `keep` behind the last that it has counted: `until` is
// the first instant at which one counts no more.
struct Total {
  Subtotal sum;
  Instant until = Instant::max();
};
Total total_of(std::span<const Counted* const> parts, std::uint64_t counter, Instant now = Instant::min(),
               Duration keep = Duration::max());

}  // namespace beckon::ledger
