// Which values a template of a payload lacks. Values are JSON text.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "rules/language/payload_parts.h"

namespace beckon::rules {

// The value, or std::nullopt where it is null or empty.
std::optional<std::string_view> if_there(std::optional<std::string_view> json);

// Calls visit with each element of a list, or with a single value, until it returns false.
void each_of_list(std::string_view json, const std::function<bool(std::string_view)>& visit);

// What a placeholder of an element names of it. `room` holds the text where it had to be built.
std::optional<std::string_view> value_of_item(std::string_view element, const PayloadPlaceholder& placeholder,
                                              std::string& room);

// Whether nothing of the element is missing that the list needs.
bool is_complete(const PayloadParts& parts, const PayloadEach& list, std::string_view element);

// Whether something is missing of what the template needs of the value of a path.
bool lacks_value(const PayloadParts& parts, const PayloadUse& use, std::optional<std::string_view> json);

}  // namespace beckon::rules
