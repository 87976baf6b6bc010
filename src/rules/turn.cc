#include "rules/turn.h"

#include <algorithm>

#include "rules/allowance.h"
#include "rules/language/bucket.h"
#include "rules/language/digest.h"
#include "rules/language/planted.h"
#include "rules/payload_values.h"

namespace beckon::rules {

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
  if (any) turn.values = read.value();
}

}  // namespace

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
  probe_payloads(rule, facts, turn);
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
