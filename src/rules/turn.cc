#include "rules/turn.h"

#include <algorithm>

#include "rules/allowance.h"
#include "rules/language/bucket.h"
#include "rules/language/planted.h"

namespace beckon::rules {

Turn turn_of(const Rule& rule, const Facts& facts) {
  Turn turn;
  if (rule.hours) {
    const Allowance open = open_at(*rule.hours, rule.hours->zone ? nullptr : zone_of_visitor(facts), facts.now);
    turn.next = open.next;
    if (!open.free) turn.hold = Hold::kClosed;
  }
  if (rule.limit && turn.hold == Hold::kNotHeld) {
    const Allowance spend = may_spend(*rule.limit, facts);
    turn.next = std::min(turn.next, spend.next);
    if (!spend.free) turn.hold = Hold::kLimit;
  }
  if (turn.hold != Hold::kNotHeld) return turn;
  if (!rule.split) return turn;
  turn.holdout = rule.split->holdout > 0 && bucket_of(rule.split->salt + ":holdout", facts.unit) <
                                                rule.split->holdout + off_by_one(Planted::kHoldoutOneMore);
  if (turn.holdout || rule.arms.size() == 1) return turn;
  const std::uint32_t bucket = bucket_of(rule.split->salt, facts.unit);
  while (rule.arms[turn.arm].end + off_by_one(Planted::kArmEndsLate) <= bucket) ++turn.arm;
  return turn;
}

}  // namespace beckon::rules
