#include "rules/language/rule.h"

#include <algorithm>

#include "rules/language/digest.h"

namespace beckon::rules {

namespace {

bool any_fits(const std::vector<Pattern>& patterns, std::string_view text) {
  return std::ranges::any_of(patterns, [text](const Pattern& pattern) { return pattern.fits(text); });
}

template <class Of, class Found>
void add_conditions(Of& branch, std::vector<Found*>& out) {
  for (auto& one : branch.literals) out.push_back(&one.condition);
  for (auto& inner : branch.branches) add_conditions(inner, out);
}

template <class Found, class Of>
std::vector<Found*> all_conditions(Of& rule) {
  std::vector<Found*> out;
  for (auto* conditions : {&rule.all, &rule.any, &rule.none})
    for (auto& condition : *conditions) out.push_back(&condition);
  for (auto& branch : rule.more) add_conditions(branch, out);
  return out;
}

}  // namespace

std::vector<const Condition*> conditions_of(const Rule& rule) { return all_conditions<const Condition>(rule); }
std::vector<Condition*> conditions_of(Rule& rule) { return all_conditions<Condition>(rule); }

bool Filter::fits(const ledger::Signal& signal) const {
  if (!keys.empty() && !any_fits(keys, signal.key)) return false;
  if (!values.empty() && (!signal.has_value || !any_fits(values, signal.value))) return false;
  if (!sources.empty() && std::ranges::find(sources, signal.source) == sources.end()) return false;
  return signal.confidence >= min_confidence && (meta.empty() || metadata_fits(signal.metadata, meta));
}

bool is_rule_id(std::string_view text) {
  const auto alphanumeric = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && text.size() <= 64 && alphanumeric(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return alphanumeric(c) || c == '_' || c == '-'; });
}

std::uint64_t spend_key(std::string_view rule, std::string_view group, bool shadow) {
  return Digest().add(group.empty() ? "rule" : "group").add(group.empty() ? rule : group).add(shadow ? 1u : 0u).value();
}

std::uint64_t arm_key(std::string_view rule, std::string_view salt, std::optional<std::string_view> arm, bool shadow) {
  return Digest().add(arm ? "arm" : "holdout").add(rule).add(salt).add(arm.value_or("")).add(shadow ? 1u : 0u).value();
}

std::uint64_t arm_key_of_device(std::uint64_t arm_key, std::string_view device) {
  return Digest().add("device").add(arm_key).add(device).value();
}

std::uint64_t mark_key(std::string_view rule, std::string_view what, bool shadow) {
  return Digest().add("decision").add(rule).add(what).add(shadow ? 1u : 0u).value();
}

}  // namespace beckon::rules
