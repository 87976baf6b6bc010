#include "rules/turn.h"

#include <algorithm>
#include <array>
#include <span>

#include "rules/allowance.h"
#include "rules/language/bucket.h"
#include "rules/language/digest.h"
#include "rules/language/planted.h"
#include "rules/payload_values.h"

namespace beckon::rules {
namespace {

std::string_view unit_of(const Split& split, const Facts& facts) {
  std::string_view unit = facts.unit;
  switch (split.unit) {
    case SplitUnit::kFirst: break;
    case SplitUnit::kVisitor: unit = facts.first; break;
    case SplitUnit::kSession: unit = facts.session; break;
    case SplitUnit::kDevice: unit = facts.browser.empty() ? facts.session : facts.browser; break;
  }
  return unit.empty() ? facts.unit : unit;
}

// The key under which the unit keeps the arm or holdout with this key.
std::uint64_t kept_under(std::uint64_t key, const Split& split, const Facts& facts) {
  return split.unit == SplitUnit::kDevice ? arm_key_of_device(key, unit_of(split, facts)) : key;
}

std::size_t arm_named(const Rule& rule, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::find(rule.arms, name, &Arm::name) - rule.arms.begin());
}

std::optional<std::size_t> forced_arm(const Rule& rule, const Facts& facts) {
  const auto& force = rule.split->force;
  if (force.empty()) return std::nullopt;
  if (const auto found = force.find(facts.said); found != force.end()) return arm_named(rule, found->second);
  for (const std::string_view id : facts.ids)
    if (const auto found = force.find(id); found != force.end()) return arm_named(rule, found->second);
  return std::nullopt;
}

void deal(const Rule& rule, const Facts& facts, Turn& turn) {
  const std::string_view unit = unit_of(*rule.split, facts);
  turn.holdout = rule.split->holdout > 0 && bucket_of(rule.split->salt + ":holdout", unit) <
                                                rule.split->holdout + off_by_one(Planted::kHoldoutOneMore);
  if (turn.holdout || rule.arms.size() == 1) return;
  const std::uint32_t bucket = bucket_of(rule.split->salt, unit);
  while (rule.arms[turn.arm].end + off_by_one(Planted::kArmEndsLate) <= bucket) ++turn.arm;
}

}  // namespace

std::optional<Given> given_first(const Rule& rule, const Facts& facts) {
  if (!rule.split) return std::nullopt;
  const Split& split = *rule.split;
  if (const auto arm = forced_arm(rule, facts)) return Given{.by_name = true, .arm = *arm};
  if (!split.sticky) return std::nullopt;
  const auto spends = split.unit == SplitUnit::kSession ? facts.session_spends : facts.unit_spends;
  if (spends.empty()) return std::nullopt;
  std::array<std::uint64_t, limits::kArms> keys;
  const std::uint64_t holdout = kept_under(split.holdout_key, split, facts);
  for (std::size_t i = 0; i < rule.arms.size(); ++i) keys[i] = kept_under(rule.arms[i].key, split, facts);
  const std::span<const std::uint64_t> arms(keys.data(), rule.arms.size());
  // The earliest of those that still exist. An empty control group does not exist.
  for (const ledger::Spend& spend : spends) {
    if (split.holdout > 0 && spend.key == holdout) return Given{.at = spend.at, .holdout = true};
    if (const auto arm = std::ranges::find(arms, spend.key); arm != arms.end())
      return Given{.at = spend.at, .arm = static_cast<std::size_t>(arm - arms.begin())};
  }
  return std::nullopt;
}

std::uint64_t key_to_keep(const Rule& rule, bool holdout, std::size_t arm, const Facts& facts) {
  return kept_under(holdout ? rule.split->holdout_key : rule.arms[arm].key, *rule.split, facts);
}

namespace {

void probe_payloads(const Rule& rule, const Facts& facts, Turn& turn) {
  Digest read;
  bool any = false;
  for (const Arm& arm : rule.arms) {
    if (!arm.payload) continue;
    any = true;
    const auto probe = arm.payload->probe(JudgedValues(rule, facts), zone_of_visitor(facts), read);
    if (probe.can_be_rendered()) continue;
    turn.hold = Hold::kRender;
    if (probe.missing) turn.missing = probe.missing->text;
    break;
  }
  if (!any) return;
  turn.values = read.value();
  turn.next = std::min(turn.next, counters_hold_until(rule, facts));
}

Allowance open_now(const Hours& hours, const Facts& facts) {
  return open_at(hours, hours.zone ? nullptr : zone_of_visitor(facts), facts.now);
}

}  // namespace

Instant free_from(const Rule& rule, const Facts& facts) {
  constexpr int kChanges = 64;
  Facts then = facts;
  for (int i = 0; i < kChanges && then.now != Instant::max(); ++i) {
    if (rule.hours)
      if (const Allowance open = open_now(*rule.hours, then); !open.free) {
        then.now = open.next;
        continue;
      }
    if (rule.limit)
      if (const Allowance spend = may_spend(*rule.limit, then); !spend.free) {
        then.now = spend.next;
        continue;
      }
    Turn turn;
    probe_payloads(rule, then, turn);
    if (turn.hold == Hold::kNotHeld) return then.now;
    then.now = turn.next;
  }
  return Instant::max();
}

Turn turn_of(const Rule& rule, const Facts& facts) {
  Turn turn;
  if (rule.hours) {
    const Allowance open = open_now(*rule.hours, facts);
    turn.next = open.next;
    if (!open.free) turn.hold = Hold::kClosed;
  }
  if (rule.limit && turn.hold == Hold::kNotHeld) {
    const Allowance spend = may_spend(*rule.limit, facts);
    turn.next = std::min(turn.next, spend.next);
    if (!spend.free) turn.hold = Hold::kLimit;
  }
  if (turn.hold != Hold::kNotHeld) return turn;
  probe_payloads(rule, facts, turn);
  if (turn.hold != Hold::kNotHeld) return turn;
  if (!rule.split) return turn;
  const auto given = given_first(rule, facts);
  if (given && given->at <= facts.now) {
    turn.forced = given->by_name;
    turn.remembered = !given->by_name;
    turn.holdout = given->holdout;
    turn.arm = given->arm;
    return turn;
  }
  if (given) turn.next = std::min(turn.next, given->at);
  deal(rule, facts, turn);
  if (rule.split->sticky && facts.may_spend) turn.remember = key_to_keep(rule, turn.holdout, turn.arm, facts);
  return turn;
}

}  // namespace beckon::rules
