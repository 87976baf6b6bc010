#include <algorithm>

#include "rules/compiled.h"
#include "rules/digest.h"

namespace beckon::rules {

namespace {

// What judgements of one thread reuse, so that none of them allocates: the measures taken so far, by number. A slot is
// of use only to the judgement whose count it carries.
struct Scratch {
  struct Slot {
    std::uint64_t judgement = 0;
    std::int64_t value = 0;
  };
  std::vector<Slot> slots;
  std::vector<std::uint8_t> groups;
  std::uint64_t judgements = 0;
};

// One walk over rules. A measure is taken when the first condition asks for it, and only what was taken was read: the
// claim of validity and the digest rest on these alone. Until the earliest `next` of them every one keeps its value, so
// the walk would go the same way and end at the same place.
class Judgement {
 public:
  Judgement(const CompiledRules& rules, const Facts& facts, Scratch& scratch)
      : rules_(rules), scratch_(scratch), scene_(facts, rules.keys, scratch.groups), number_(++scratch.judgements) {
    if (scratch_.slots.size() < rules.measures.size()) scratch_.slots.resize(rules.measures.size());
  }

  bool holds(const Course& course) {
    const Test* const tests = rules_.tests.data();
    for (std::uint32_t i = course.begin; i < course.any; ++i) {
      if (!holds(tests[i])) return false;
    }
    if (course.any != course.none &&
        std::none_of(tests + course.any, tests + course.none, [this](const Test& test) { return holds(test); }))
      return false;
    for (std::uint32_t i = course.none; i < course.end; ++i) {
      if (holds(tests[i])) return false;
    }
    return true;
  }

  Instant next() const { return next_; }
  std::uint64_t trace() const { return trace_; }

 private:
  bool holds(const Test& test) {
    Scratch::Slot& slot = scratch_.slots[test.measure];
    if (slot.judgement != number_) [[unlikely]] {
      const Taken taken = take(rules_.measures[test.measure], scene_);
      slot = {number_, taken.value};
      next_ = std::min(next_, taken.next);
      trace_ += taken.trace;
    }
    return test.holds(slot.value);
  }

  const CompiledRules& rules_;
  Scratch& scratch_;
  Scene scene_;
  std::uint64_t number_;
  Instant next_ = kNever;
  std::uint64_t trace_ = 0;
};

}  // namespace

Verdict RuleSet::judge(std::string_view trigger, const Facts& facts) const {
  static thread_local Scratch scratch;
  Verdict verdict;
  Duration ttl = kDefaultTtl;
  Instant next = kNever;
  Digest reading;
  reading.add(trigger);
  if (const auto* asked = compiled_->asked_by(trigger)) {
    Judgement judgement(*compiled_, facts, scratch);
    for (const std::uint32_t index : *asked) {
      if (!judgement.holds(compiled_->courses[index])) continue;
      const Rule& rule = compiled_->rules[index];
      verdict.outcome = Outcome::kAct;
      verdict.rule = rule.id.text;
      verdict.action_json = rule.arms.front().action_json;
      ttl = rule.ttl.value_or(kDefaultTtl);
      reading.add(compiled_->marks[index]);
      break;
    }
    next = judgement.next();
    reading.add(judgement.trace());
  }
  // Not the instant of expiry: that moves with now while the ttl is what limits it.
  verdict.reading = reading.add(static_cast<std::uint64_t>(verdict.outcome)).add(static_cast<std::uint64_t>(to_ms(next))).value();
  verdict.expires_at = std::min(next, facts.now + ttl);
  return verdict;
}

}  // namespace beckon::rules
