// One evaluation in progress: the measures computed so far, and what was read.
#pragma once
#include <bit>
#include <limits>
#include <optional>
#include <vector>

#include "rules/compiled.h"

namespace beckon::rules {

// Memory that the evaluations of one thread reuse, so that they do not allocate: the measures computed so far, by
// number. A slot is valid only for the evaluation whose number it has.
struct Scratch {
  struct Slot {
    std::uint64_t judgement = 0;
    std::int64_t value = 0;
  };
  std::vector<Slot> slots;
  std::vector<Age> ages;                // of measures that are ages, likewise
  std::vector<std::uint64_t> standing;  // positions of rules not yet ruled out
  std::vector<std::uint64_t> possible;  // those that were not at the beginning
  std::vector<const Knocks*> by_age;    // those whose measures were computed
  SceneRoom session, visitor;
  std::uint64_t judgements = 0;
};

// A measure is computed when the first condition needs it, and only what was computed counts as read: the validity of
// the decision depends on nothing else. Until the earliest `next` among those measures all keep their values, and ages
// stay on the same side of the bounds that were compared with them or that ruled a rule out, so another evaluation
// would take the same path; a rule skipped for a missing key cannot match before a signal arrives. Confined to one
// thread; all arguments outlive it.
class Judgement {
 public:
  Judgement(const CompiledRules& rules, const Facts& facts, Scratch& scratch);

  // Marks the rules of the trigger that can match the existing signals, as positions in `asked.live`.
  void begin(const Asked& asked);
  // Calls judge(index of the rule) for each rule whose conditions are true, in order, until it returns true.
  template <class Judge>
  void each_that_holds(const Asked& asked, Judge judge) {
    for (std::size_t word = 0; word < scratch_.standing.size(); ++word) {
      while (const std::uint64_t left = scratch_.standing[word]) {
        scratch_.standing[word] = left & (left - 1);
        const std::size_t place = word * 64 + static_cast<std::size_t>(std::countr_zero(left));
        const std::uint32_t index = asked.live[place];
        if (holds(rules_.courses[index], &asked) && judge(index)) return void(end_ = place);
      }
    }
  }
  // Call after that: what has ruled out rules by age stays so until next(), or until this instant.
  void read_bounds_until(Instant until);

  // Whether the rule's conditions are true. With `asked`, its measures rule out other rules.
  bool holds(const Course& course, const Asked* asked = nullptr);

  bool holds(const Fork& fork, const Asked* asked = nullptr);

  // From here on, what is read does not affect the decision: for shadow rules.
  void read_aside() { aside_ = true; }
  // Something else that was read can change at this instant.
  void read_until(Instant next) {
    if (!aside_) next_ = std::min(next_, next);
  }

  Instant next() const { return next_; }
  // Precondition: it is not an age.
  Taken taken(std::uint32_t measure) { return take(rules_.measures[measure], scene_of(measure)); }
  Scene& scene_of(std::uint32_t measure);

 private:
  bool holds(const Test& test, const Asked* asked);
  void measure(const Test& test, const Asked* asked);  // computes its measure, which rules out other rules of `asked`
  std::int64_t age(std::uint32_t measure);             // in milliseconds; computed and read

  const CompiledRules& rules_;
  const Facts& facts_;
  Scratch& scratch_;
  Scene scene_;
  std::optional<Scene> visitor_;
  std::uint64_t number_;
  Instant next_ = kNever;
  std::size_t end_ = std::numeric_limits<std::size_t>::max();  // the position of the rule that acts
  bool aside_ = false;
};

}  // namespace beckon::rules
