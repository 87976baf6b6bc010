#include <algorithm>

#include "rules/judgement.h"
#include "rules/language/counter.h"
#include "rules/language/digest.h"
#include "rules/language/planted.h"
#include "rules/turn.h"

namespace beckon::rules {

namespace {

Scratch& scratch_of_thread() {
  static thread_local Scratch scratch;
  return scratch;
}

std::uint64_t spends_of(const Rule& rule, const Turn& turn) {
  return rule.limit && turn.hold == Hold::kNotHeld ? rule.limit->key : 0;
}

std::uint64_t mark_of(const Rule& rule, const Turn& turn, const Facts& facts) {
  if (turn.hold != Hold::kNotHeld || !facts.may_spend) return 0;
  return turn.holdout && off_by_one(Planted::kHoldoutActed) == 0 ? rule.holdout_mark : rule.act_mark;
}

// Makes the rule the result.
void answer(Verdict& verdict, const Rule& rule, const Turn& turn, const Facts& facts) {
  verdict.outcome = turn.outcome();
  verdict.rule = rule.id.text;
  verdict.hold = turn.hold;
  verdict.spends = spends_of(rule, turn);
  verdict.arm = turn.remember;
  verdict.mark = mark_of(rule, turn, facts);
  verdict.forced = turn.forced;
  if (verdict.outcome != Outcome::kAct) return;
  verdict.variant = rule.arms[turn.arm].name;
  verdict.action_json = rule.arms[turn.arm].action_json;
  verdict.acting = &rule;
  verdict.acting_arm = turn.arm;
}

// Evaluates shadow rules before `end`, in order; none of them changes the result or another's.
void judge_shadows(const CompiledRules& rules, const Asked& asked, std::uint32_t end, const Facts& facts,
                   Judgement& judgement, Verdict& verdict) {
  judgement.read_aside();
  for (const std::uint32_t index : asked.shadow) {
    if (index > end || !judgement.holds(rules.courses[index])) continue;
    const Rule& rule = rules.rules[index];
    const Turn turn = turn_of(rule, facts);
    verdict.beside.push_back(
        {.rule = rule.id.text,
         .variant = turn.outcome() == Outcome::kAct ? std::string_view(rule.arms[turn.arm].name) : "",
         .outcome = turn.outcome(),
         .shadow = true,
         .hold = turn.hold,
         .spends = spends_of(rule, turn),
         .arm = turn.remember,
         .mark = mark_of(rule, turn, facts),
         .place = index});
  }
  std::ranges::sort(verdict.beside, {}, &Beside::place);
}

}  // namespace

Verdict RuleSet::judge(std::string_view trigger, const Facts& facts) const {
  Verdict verdict;
  verdict.expires_at = facts.now + kDefaultTtl;
  Digest reading;
  reading.add(trigger);
  if (const Asked* asked = compiled_->asked_by(trigger)) {
    Judgement judgement(*compiled_, facts, scratch_of_thread());
    judgement.begin(*asked);
    std::uint32_t end = static_cast<std::uint32_t>(compiled_->rules.size());
    judgement.each_that_holds(*asked, [&](std::uint32_t index) {
      const Rule& rule = compiled_->rules[index];
      const Turn turn = turn_of(rule, facts);
      judgement.read_until(turn.next);
      if (turn.hold != Hold::kNotHeld) {
        verdict.beside.push_back({.rule = rule.id.text, .hold = turn.hold, .place = index});
        if (verdict.beside.size() > 1) return false;
        answer(verdict, rule, turn, facts);  // suppressed, unless a later one acts
        verdict.expires_at = facts.now + rule.ttl.value_or(kDefaultTtl);
        return false;
      }
      answer(verdict, rule, turn, facts);
      verdict.expires_at = facts.now + rule.ttl.value_or(kDefaultTtl);
      reading.add(compiled_->marks[index][turn.arm]);
      if (turn.values != 0) reading.add(turn.values);
      end = index;
      return true;
    });
    judgement.read_bounds_until(verdict.expires_at);
    verdict.expires_at = std::min(verdict.expires_at, judgement.next()) + Duration{off_by_one(Planted::kValidTooLong)};
    for (const auto& [field, value] : facts.context) {
      if (std::ranges::binary_search(asked->fields, field)) reading.add(field).add(value);
    }
    for (const std::string& name : asked->traits) {
      const auto trait = ledger::trait_in(facts.traits, name);
      if (trait) reading.add(name).add(trait->json);
    }
    // The whole counter, whether or not it counts by now: a fingerprint never changes by time alone.
    for (const std::string& name : asked->counters) {
      const Counter* counter = counter_with_value(facts, name);
      if (counter == nullptr) continue;
      const ledger::Subtotal sum = ledger::total_of(facts.counted, counter->id).sum;
      if (sum.count == 0) continue;
      reading.add(name).add(sum.count).add(sum.amounts).add(static_cast<std::uint64_t>(sum.units));
      reading.add(static_cast<std::uint64_t>(sum.rest)).add(static_cast<std::uint64_t>(to_ms(sum.first)));
      reading.add(static_cast<std::uint64_t>(to_ms(sum.last))).add(sum.days.bits);
    }
    if (verdict.outcome == Outcome::kSuppressed) reading.add(verdict.rule);
    if (!asked->shadow.empty()) judge_shadows(*compiled_, *asked, end, facts, judgement, verdict);
  }
  verdict.reading = reading.add(static_cast<std::uint64_t>(verdict.outcome)).value();
  return verdict;
}

RuleSet::DueVerdict RuleSet::judge_due(const Delayed& delayed, const Facts& facts) const {
  const Rule& rule = compiled_->rules[delayed.index];
  DueVerdict due;
  due.verdict.expires_at = facts.now + delayed.ttl;
  Judgement judgement(*compiled_, facts, scratch_of_thread());
  if (!judgement.holds(compiled_->courses[delayed.index])) return due;
  const Turn turn = turn_of(rule, facts);
  due.hold = turn.hold;
  if (turn.hold == Hold::kClosed) due.opens_at = turn.next;
  answer(due.verdict, rule, turn, facts);
  due.verdict.reading =
      Digest().add(compiled_->marks[delayed.index][turn.arm]).add(static_cast<std::uint64_t>(turn.outcome())).value();
  return due;
}

}  // namespace beckon::rules
