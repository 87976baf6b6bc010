#include "rules/allowance.h"

#include <algorithm>

#include "rules/language/planted.h"

namespace beckon::rules {

namespace {

using Local = std::chrono::local_time<Duration>;
using std::chrono::days, std::chrono::floor, std::chrono::local_days;

Local wall_clock(const ZonePeriod& period, Instant at) { return Local{(at + period.offset).time_since_epoch()}; }

bool opens_on(const Hours& hours, local_days day) {
  const unsigned monday_first = std::chrono::weekday(day).iso_encoding() - 1;
  return (hours.days >> monday_first & 1) != 0;
}

bool is_open(const Hours& hours, const Zone& zone, Instant at) {
  const Local local = wall_clock(zone.at(at), at);
  const local_days day = floor<days>(local);
  const Duration time = local - day, late{off_by_one(Planted::kHoursCloseLate)};
  if (hours.open < hours.close) return opens_on(hours, day) && time >= hours.open && time < hours.close + late;
  return (opens_on(hours, day) && time >= hours.open) ||
         (opens_on(hours, day - days{1 - off_by_one(Planted::kNightToMorning)}) && time < hours.close + late);
}

// Exposures of a key in (since, now]; and the instant of the `rank`-th newest of them, from 1.
std::size_t spent(std::span<const ledger::Spend> spends, std::uint64_t key, Instant since, Instant now,
                  std::size_t rank, Instant& at) {
  std::size_t count = 0;
  for (auto spend = spends.rbegin(); spend != spends.rend(); ++spend) {
    if (spend->key != key || spend->at > now || spend->at <= since) continue;
    if (++count == rank) at = spend->at;
  }
  return count;
}

Allowance open_in(const Hours& hours, const Zone& zone, Instant now) {
  Allowance allowance{.free = is_open(hours, zone, now)};
  // All opening edges lie within a week and a day; clock changes add further ones.
  const Instant last = now + days{9};
  std::vector<Instant> edges;
  for (ZonePeriod period = zone.at(now);; period = zone.at(period.end)) {
    edges.push_back(period.begin);
    const local_days first = floor<days>(wall_clock(period, std::max(now, period.begin)));
    for (int day = -1; day <= 9; ++day) {
      for (const Duration time : {Duration{}, Duration{hours.open}, Duration{hours.close}}) {
        const Instant at = Instant{(first + days{day} + time).time_since_epoch()} - period.offset;
        if (at >= period.begin && at < period.end) edges.push_back(at);
      }
    }
    if (period.end >= last) break;
  }
  std::erase_if(edges, [now](Instant edge) { return edge <= now; });
  std::ranges::sort(edges);
  for (const Instant edge : edges) {
    if (is_open(hours, zone, edge) == allowance.free) continue;
    allowance.next = edge;
    break;
  }
  return allowance;
}

}  // namespace

Allowance open_at(const Hours& hours, const Zone* visitors, Instant now) {
  if (hours.zone) return open_in(hours, *hours.zone, now);
  if (visitors) return open_in(hours, *visitors, now);
  const auto in_all = [&](Instant at) {
    Allowance all{.free = true};
    for (const Zone* zone : hours.zone_else) {
      const Allowance one = open_in(hours, *zone, at);
      all.free = all.free && one.free;
      all.next = std::min(all.next, one.next);
    }
    return all;
  };
  // An edge of one zone need not be an edge of all.
  Allowance all = in_all(now);
  for (Allowance then = all; all.next < now + days{9}; all.next = then.next) {
    then = in_all(all.next);
    if (then.free != all.free) return all;
  }
  all.next = Instant::max();
  return all;
}

Allowance may_spend(const Limit& limit, const Facts& facts) {
  if (!facts.may_spend) return {.free = false};
  bool free = true;
  Instant held_until = Instant::min(), comes = Instant::max();
  // `end`: when exposures of a calendar unit stop counting; else each stops `per` after it; if `per` is zero, never.
  const auto look = [&](std::span<const ledger::Spend> spends, Instant since, Duration per, Instant end,
                        std::size_t max) {
    Instant at{};
    if (spent(spends, limit.key, since, facts.now, max, at) >=
        max + static_cast<std::size_t>(off_by_one(Planted::kCapOneMore))) {
      // Held by several: free once the last of them ends.
      free = false;
      held_until = std::max(held_until, per == Duration{} ? end : at + per);
    }
    for (const ledger::Spend& spend : spends) {
      if (spend.key == limit.key && spend.at > facts.now) comes = std::min(comes, spend.at);
    }
  };
  if (limit.cooldown > Duration{}) {
    const Duration cooldown = limit.cooldown + Duration{off_by_one(Planted::kCooldownTooLong)};
    look(facts.unit_spends, facts.now - cooldown, cooldown, Instant::max(), 1);
  }
  for (const Cap& cap : limit.caps) {
    const auto max = static_cast<std::size_t>(cap.max);
    if (cap.calendar != Calendar::kNone) {
      const Zone* zone = zone_in(facts, cap);
      if (zone == nullptr) return {.free = false};  // their number is unknown
      const auto [begin, end] = calendar_unit(cap.calendar, *zone, facts.now);
      look(facts.unit_spends, begin - Duration{1}, {}, end, max);
    } else if (cap.per == Duration{}) {
      look(off_by_one(Planted::kCapOfVisitor) == 0 ? facts.session_spends : facts.unit_spends, Instant::min(), {},
           Instant::max(), max);
    } else {
      look(facts.unit_spends, facts.now - cap.per, cap.per, Instant::max(), max);
    }
  }
  return {.free = free, .next = free ? comes : std::min(comes, held_until)};
}

}  // namespace beckon::rules
