// One judgement under way: the measures taken so far, and what was read of the world.
#pragma once
#include <bit>
#include <optional>
#include <vector>

#include "rules/compiled.h"

namespace beckon::rules {

// What judgements of one thread reuse, so that none of them allocates: the measures taken so far, by number. A slot is
// of use only to the judgement whose count it carries.
struct Scratch {
  struct Slot {
    std::uint64_t judgement = 0;
    std::int64_t value = 0;
  };
  std::vector<Slot> slots;
  std::vector<std::uint64_t> standing;  // places of the trigger that are not out yet
  SceneRoom session, visitor;
  std::uint64_t judgements = 0;
};

// A measure is taken when the first condition asks for it, and only what was taken was read: the claim of validity
// rests on these alone. Until the earliest `next` of them every one keeps its value, so the walk would end at the same
// place; and a rule that was not looked at for want of a key cannot hold before a signal comes. Confined to one thread;
// everything given outlives it.
class Judgement {
 public:
  Judgement(const CompiledRules& rules, const Facts& facts, Scratch& scratch);

  // The rules of the trigger that some signal or nothing at all may make hold, as places in `asked.live`.
  void begin(const Asked& asked);
  // Calls judge(index of the rule) for those whose conditions hold, in order, until it returns true.
  template <class Judge>
  void each_that_holds(const Asked& asked, Judge judge) {
    for (std::size_t word = 0; word < scratch_.standing.size(); ++word) {
      while (const std::uint64_t left = scratch_.standing[word]) {
        scratch_.standing[word] = left & (left - 1);
        const std::uint32_t index = asked.live[word * 64 + static_cast<std::size_t>(std::countr_zero(left))];
        if (holds(rules_.courses[index], &asked) && judge(index)) return;
      }
    }
  }

  // Whether the rule's conditions hold. `asked`: its measures put out what they can.
  bool holds(const Course& course, const Asked* asked = nullptr);

  bool holds(const Fork& fork, const Asked* asked = nullptr);

  // From here on what is read bears on no answer: shadow rules.
  void read_aside() { aside_ = true; }
  // Something else that was read can change at this instant.
  void read_until(Instant next) {
    if (!aside_) next_ = std::min(next_, next);
  }

  Instant next() const { return next_; }
  Taken taken(std::uint32_t measure) { return take(rules_.measures[measure], scene_of(measure)); }
  Scene& scene_of(std::uint32_t measure);

 private:
  bool holds(const Test& test, const Asked* asked);

  const CompiledRules& rules_;
  const Facts& facts_;
  Scratch& scratch_;
  Scene scene_;
  std::optional<Scene> visitor_;
  std::uint64_t number_;
  Instant next_ = kNever;
  bool aside_ = false;
};

}  // namespace beckon::rules
