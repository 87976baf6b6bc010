// The comparisons. naive.cc has the measures.
#include <algorithm>
#include <regex>

#include "rules/reference/naive.h"
#include "system/plain_text.h"

namespace beckon::rules::naive {

namespace {

using json::Value;

const std::regex kDigits("-?[0-9]+([.][0-9]+)?");

std::optional<long> number(const Value& value) {
  const bool decimal = value.is_string() && std::regex_match(std::string(value.text()), kDigits);
  return value.is_number() || decimal ? std::optional(millionths(value.text())) : std::nullopt;
}

bool is_single(const Value& value) { return !value.is_null() && !value.is_array() && !value.is_object(); }

std::string letters(const Value& value, bool fold) {
  return fold ? case_folded(value.text()) : std::string(value.text());
}

bool same(const Value& constant, const Value& value, bool fold, bool texts) {
  if (!is_single(value)) return false;
  if (constant.is_number() && !texts) return number(value) == number(constant);
  return letters(value, fold) == letters(constant, fold);
}

}  // namespace

bool compares(const Value& wanted, const Value* value, bool texts) {
  const bool missing = value == nullptr || value->is_null(), single = !missing && is_single(*value);
  const Value* folding = wanted.find("fold");
  const bool fold = folding != nullptr && folding->boolean();
  // The elements of a list, or the single value.
  std::vector<const Value*> elements;
  if (single) elements.push_back(value);
  if (!missing && value->is_array())
    for (const Value& one : value->items()) elements.push_back(&one);
  const auto has = [&](const Value& constant, bool as_text) {
    return std::ranges::any_of(elements, [&](const Value* one) { return same(constant, *one, fold, as_text); });
  };
  const auto is_listed = [&](const Value& list) {
    return single &&
           std::ranges::any_of(list.items(), [&](const Value& one) { return same(one, *value, fold, texts); });
  };
  const auto each_of = [&](const Value& list, bool all) {
    const auto found = std::ranges::count_if(list.items(), [&](const Value& one) { return has(one, texts); });
    return all ? found == std::ssize(list.items()) : found > 0;
  };
  for (const json::Member& member : wanted.members()) {
    const std::string_view name = member.key;
    const Value& constant = member.value;
    bool fits = true;
    if (name == "equals") fits = single && same(constant, *value, fold, false);
    if (name == "not") fits = !(single && same(constant, *value, fold, false));
    if (name == "in") fits = is_listed(constant);
    if (name == "notIn") fits = !is_listed(constant);
    if (name == "anyOf") fits = each_of(constant, false);
    if (name == "allOf") fits = each_of(constant, true);
    if (name == "exists") fits = constant.boolean() != missing;
    if (name == "above" || name == "below" || name == "atLeast" || name == "atMost") {
      const auto found = single ? number(*value) : std::nullopt;
      const long bound = millionths(constant.text());
      fits = found && (name == "above"     ? *found > bound
                       : name == "below"   ? *found < bound
                       : name == "atLeast" ? *found >= bound
                                           : *found <= bound);
    }
    if (name == "before" || name == "after") {
      const auto at = single && value->is_string() ? parse_rfc3339(value->text()) : std::nullopt;
      const auto bound = parse_rfc3339(constant.text());
      fits = at && (name == "before" ? *at < *bound : *at > *bound);
    }
    if (name == "startsWith") fits = single && letters(*value, fold).starts_with(letters(constant, fold));
    if (name == "endsWith") fits = single && letters(*value, fold).ends_with(letters(constant, fold));
    if (name == "contains")
      fits = single ? letters(*value, fold).find(letters(constant, fold)) != std::string::npos : has(constant, false);
    if (!fits) return false;
  }
  return true;
}

}  // namespace beckon::rules::naive
