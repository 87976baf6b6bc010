// Which conditions are evaluated as bounds on a shared age (language/age.h). A family is all conditions on the same
// signals, whatever their windows and numbers. It goes by age if that takes at most as many measures: one for each
// number instead of one for each window.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "rules/language/age.h"

namespace beckon::rules {

// Confined to one thread; the conditions outlive it and do not move.
class AgeFamilies {
 public:
  // Call for every condition of live rules before `of`.
  void add(const Condition& condition);

  struct Bounds {
    const Measure* family = nullptr;  // AgeBounds::of; equal families are the same object, which is owned by this one
    std::uint32_t nth = 1;
    std::int64_t least = 0, most = 0;
  };
  // std::nullopt for a condition that is evaluated by the measure that it names, and for one that was not added.
  std::optional<Bounds> of(const Condition& condition) const;

 private:
  struct Less {
    bool operator()(const Measure* one, const Measure* other) const { return *one < *other; }
  };
  struct Family {
    std::set<const Measure*, Less> named;
    std::set<std::uint32_t> numbers;
  };
  std::map<Measure, Family> families_;
  std::unordered_map<const Condition*, Bounds> bounds_;
};

}  // namespace beckon::rules
