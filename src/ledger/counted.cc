#include "ledger/counted.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <tuple>

namespace beckon::ledger {
namespace {

std::pair<std::uint64_t, std::uint64_t> place_of(const Subtotal& one) { return {one.counter, one.session}; }

// Sums saturate at the limits.
void add_up(std::int64_t& sum, std::int64_t more) {
  if (__builtin_add_overflow(sum, more, &sum))
    sum = more < 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
}

void put(std::vector<Subtotal>& all, const Subtotal& more) {
  const auto place = std::ranges::lower_bound(all, place_of(more), {}, place_of);
  if (place != all.end() && place_of(*place) == place_of(more))
    place->add(more);
  else
    all.insert(place, more);
}

// `bits` of days relative to a day that is `by` days later.
std::uint64_t aged(std::uint64_t bits, std::int64_t by) { return by >= Days::kSpan ? 0 : bits << by; }

}  // namespace

void Days::add(const Days& more) {
  if (more.bits == 0) return;
  if (bits == 0 || more.newest > newest) {
    const std::uint64_t before = bits == 0 ? 0 : aged(bits, std::int64_t{more.newest} - newest);
    *this = {more.newest, more.bits | before};
  } else {
    bits |= aged(more.bits, std::int64_t{newest} - more.newest);
  }
}

std::int64_t Days::behind(std::int32_t day) const {
  const std::int64_t seen = std::int64_t{newest} - day;  // this many bits are after it
  if (seen <= 0) return 0;
  return std::popcount(seen >= kSpan ? bits : bits & ((std::uint64_t{1} << seen) - 1));
}

std::int32_t Days::oldest_behind(std::int32_t day) const {
  const std::int64_t seen = std::int64_t{newest} - day;
  const std::uint64_t left = seen >= kSpan ? bits : bits & ((std::uint64_t{1} << seen) - 1);
  return newest - (63 - std::countl_zero(left));
}

void Subtotal::add(const Subtotal& more) {
  if (more.count == 0) return;
  first = count == 0 ? more.first : std::min(first, more.first);
  last = count == 0 ? more.last : std::max(last, more.last);
  count += more.count;
  amounts += more.amounts;
  add_up(units, more.units);
  add_up(rest, more.rest);
  days.add(more.days);
}

void Counted::take(std::span<const Subtotal> more, std::uint64_t session) {
  for (Subtotal one : more) {
    if (one.count == 0) {
      std::erase_if(all, [&](const Subtotal& kept) { return kept.counter == one.counter; });
      continue;
    }
    one.session = session;
    put(all, one);
  }
  while (all.size() > kMost) {
    const auto order = [](const Subtotal& one) { return std::tuple(one.session == 0, one.last, place_of(one)); };
    const auto oldest = std::ranges::min_element(all, {}, order);
    if (oldest->session == 0) return;
    Subtotal folded = *oldest;
    all.erase(oldest);
    folded.session = 0;
    put(all, folded);
  }
}

void Counted::fold(std::uint64_t session) {
  std::vector<Subtotal> folded;
  for (const Subtotal& one : all)
    if (one.session == session) folded.push_back(one);
  remove(session);
  for (Subtotal& one : folded) {
    one.session = 0;
    put(all, one);
  }
}

void Counted::remove(std::uint64_t session) {
  std::erase_if(all, [&](const Subtotal& one) { return one.session == session; });
}

bool Counted::has(std::uint64_t session) const {
  return std::ranges::find(all, session, &Subtotal::session) != all.end();
}

std::span<const Subtotal> Counted::of(std::uint64_t counter) const {
  const auto range = std::ranges::equal_range(all, counter, {}, &Subtotal::counter);
  return {range.begin(), range.end()};
}

Total total_of(std::span<const Counted* const> parts, std::uint64_t counter, Instant now, Duration keep) {
  Total total{.sum = {.counter = counter}};
  for (const Counted* part : parts) {
    Subtotal of_id{.counter = counter};
    for (const Subtotal& one : part->of(counter)) of_id.add(one);
    if (of_id.count == 0) continue;
    if (keep != Duration::max()) {
      const Instant until = of_id.last + keep;
      if (until <= now) continue;
      total.until = std::min(total.until, until);
    }
    total.sum.add(of_id);
  }
  return total;
}

}  // namespace beckon::ledger
