#include "rules/age_families.h"

#include <utility>

#include "rules/language/measure_definition.h"

namespace beckon::rules {

void AgeFamilies::add(const Condition& condition) {
  const auto by_age = definition_of(condition.measure.kind).by_age;
  std::optional<AgeBounds> bounds = by_age ? by_age(condition) : std::nullopt;
  if (!bounds) return;
  auto& [of, family] = *families_.try_emplace(std::move(bounds->of)).first;
  family.named.insert(&condition.measure);
  family.numbers.insert(bounds->nth);
  bounds_[&condition] = {&of, bounds->nth, bounds->least, bounds->most};
}

std::optional<AgeFamilies::Bounds> AgeFamilies::of(const Condition& condition) const {
  const auto found = bounds_.find(&condition);
  if (found == bounds_.end()) return std::nullopt;
  const Family& family = families_.at(*found->second.family);
  return family.named.size() > 1 && family.numbers.size() <= family.named.size() ? std::optional(found->second)
                                                                                 : std::nullopt;
}

}  // namespace beckon::rules
