// Which values a payload template lacks. Values are JSON text.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "rules/language/payload_parts.h"

namespace beckon::rules {

// The value, or std::nullopt if it is null or empty.
std::optional<std::string_view> if_there(std::optional<std::string_view> json);

// Calls visit with each element of a list, or with a single value, until it returns false.
void each_of_list(std::string_view json, const std::function<bool(std::string_view)>& visit);

// The value of a placeholder within an element. `room` holds the text if it had to be built.
std::optional<std::string_view> value_of_item(std::string_view element, const PayloadPlaceholder& placeholder,
                                              std::string& room);

// Whether the element has every value that the list needs.
bool is_complete(const PayloadParts& parts, const PayloadEach& list, std::string_view element);

// Whether the value of a path, or a part of it that the template needs, is missing.
bool lacks_value(const PayloadParts& parts, const PayloadUse& use, std::optional<std::string_view> json);

}  // namespace beckon::rules
