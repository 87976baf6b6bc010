#include "rules/language/payload_missing.h"

#include <algorithm>

#include "rules/language/field_path.h"

namespace beckon::rules {

namespace {

bool lacks_value(const PayloadPlaceholder& placeholder, std::optional<std::string_view> json) {
  if (!json) return placeholder.needs_value;
  // Whether a filter can use a value does not depend on the zone.
  return placeholder.may_lose_value && filtered(payload_value(*json), placeholder.filters, nullptr).is_missing();
}

bool all_left_out(const PayloadParts& parts, const PayloadEach& list, std::string_view json) {
  bool any = false, complete = false;
  each_of_list(json, [&](std::string_view element) {
    any = true;
    complete = is_complete(parts, list, element);
    return !complete;
  });
  return any && !complete;
}

}  // namespace

std::optional<std::string_view> if_there(std::optional<std::string_view> json) {
  return !json || json->empty() || *json == "null" ? std::nullopt : json;
}

void each_of_list(std::string_view json, const std::function<bool(std::string_view)>& visit) {
  if (json.starts_with('['))
    each_element(json, visit);
  else
    visit(json);
}

std::optional<std::string_view> value_of_item(std::string_view element, const PayloadPlaceholder& placeholder,
                                              std::string& room) {
  return if_there(placeholder.field.empty() ? element : value_of_field(element, placeholder.field, room));
}

bool is_complete(const PayloadParts& parts, const PayloadEach& list, std::string_view element) {
  std::string room;
  return std::ranges::none_of(list.placeholders, [&](std::size_t index) {
    const PayloadPlaceholder& one = parts.placeholders[index];
    return lacks_value(one, value_of_item(element, one, room));
  });
}

bool lacks_value(const PayloadParts& parts, const PayloadUse& use, std::optional<std::string_view> json) {
  if (!json) return use.needs_value || !use.lists.empty();
  return std::ranges::any_of(use.may_lose_value,
                             [&](std::size_t index) { return lacks_value(parts.placeholders[index], json); }) ||
         std::ranges::any_of(use.lists,
                             [&](std::size_t index) { return all_left_out(parts, parts.lists[index], *json); });
}

}  // namespace beckon::rules
