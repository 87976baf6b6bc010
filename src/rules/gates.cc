#include "rules/gates.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

namespace beckon::rules {

namespace {

std::uint64_t mixed(std::uint64_t source, std::string_view value) {
  return source * 0x9e3779b97f4a7c15u ^ std::hash<std::string_view>{}(value);
}
std::uint64_t fact_of(std::int32_t key, std::string_view value) {
  return mixed(static_cast<std::uint64_t>(key) + 1, value);
}
std::uint64_t fact_of(std::string_view field, std::string_view value) {
  return mixed(std::hash<std::string_view>{}(field), value);
}

std::vector<std::uint64_t> facts_of(const Need& need) {
  if (need.field.empty() && need.values.empty()) return {static_cast<std::uint64_t>(need.key)};
  std::vector<std::uint64_t> facts;
  for (const std::string& value : need.values)
    facts.push_back(need.field.empty() ? fact_of(need.key, value) : fact_of(need.field, value));
  return facts;
}

}  // namespace

Gates::Gates(const std::vector<std::vector<Need>>& needs) : ungated_((needs.size() + 63) / 64) {
  std::unordered_map<std::uint64_t, std::size_t> asking;
  for (const std::vector<Need>& of_rule : needs)
    for (const Need& need : of_rule)
      for (const std::uint64_t fact : facts_of(need)) ++asking[fact];
  const auto opened = [&](const Need& need) {
    std::size_t rules = 0;
    for (const std::uint64_t fact : facts_of(need)) rules += asking[fact];
    return std::pair(rules, need.values.size());
  };
  std::map<std::int32_t, Rules> keys;
  std::set<std::int32_t> keys_by_value;
  std::set<std::string> fields;
  for (std::size_t place = 0; place < needs.size(); ++place) {
    if (needs[place].empty()) {
      ungated_[place / 64] |= std::uint64_t{1} << place % 64;
      continue;
    }
    const Need& need = *std::ranges::min_element(needs[place], {}, opened);
    if (need.field.empty() && need.values.empty()) {
      set(keys[need.key], place);
      continue;
    }
    std::vector<std::uint64_t> facts = facts_of(need);
    if (off_by_one(Planted::kLastValueLost) == 1 && !facts.empty()) facts.pop_back();
    for (const std::uint64_t fact : facts) set(values_[fact], place);
    if (need.field.empty())
      keys_by_value.insert(need.key);
    else
      fields.insert(need.field);
  }
  keys_.assign(std::move_iterator(keys.begin()), std::move_iterator(keys.end()));
  keys_by_value_.assign(keys_by_value.begin(), keys_by_value.end());
  fields_.assign(fields.begin(), fields.end());
}

void Gates::set(Rules& rules, std::size_t place) {
  const auto word = static_cast<std::uint32_t>(place / 64);
  if (rules.empty() || rules.back().word != word) rules.push_back({word, 0});
  rules.back().bits |= std::uint64_t{1} << place % 64;
}

void Gates::admit(const Rules& rules, std::vector<std::uint64_t>& standing) {
  for (const Bits& some : rules) standing[some.word] |= some.bits;
}

void Gates::open_value(std::uint64_t fact, std::vector<std::uint64_t>& standing) const {
  if (const auto found = values_.find(fact); found != values_.end()) admit(found->second, standing);
}

void Gates::open(Scene& scene, std::vector<std::uint64_t>& standing) const {
  standing.assign(ungated_.begin(), ungated_.end());
  if (keys_.size() <= 16) {
    for (const auto& [key, rules] : keys_)
      if (scene.any_of(key)) admit(rules, standing);
  } else {
    for (const std::int32_t key : scene.known_keys()) {
      const auto found = std::ranges::lower_bound(keys_, key, {}, &std::pair<std::int32_t, Rules>::first);
      if (found != keys_.end() && found->first == key && scene.any_of(key)) admit(found->second, standing);
    }
  }
  if (values_.empty()) return;
  for (const std::int32_t key : keys_by_value_)
    scene.each_value(key, [&](std::string_view value) { open_value(fact_of(key, value), standing); });
  for (const std::string& field : fields_)
    if (const std::string* value = scene.context(field)) open_value(fact_of(field, *value), standing);
}

}  // namespace beckon::rules
