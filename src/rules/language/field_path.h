// A field of a signal's metadata, given by name, "amount", or by path, "order.total" or "items[].price": names
// separated by dots, where [] after one stands for every element of its list. If the metadata has a field named
// exactly like the whole text, that field is used. A missing field and null are the same. The objects are well-formed
// JSON.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace beckon::rules {

inline constexpr std::size_t kPathNames = 4;  // in a path, as metadata is at most four levels deep

bool is_field(std::string_view text);           // a name, or a path of at most kPathNames names
bool is_path(std::string_view field);           // it may refer to something other than the field of that name
bool reaches_elements(std::string_view field);  // it has a [], so it may yield several values

// Replaces `values` by all values of the field, as JSON text, with an empty text for each missing one. The texts point
// into the object.
void values_in(std::string_view object, std::string_view field, std::vector<std::string_view>& values);

// The value at a path without [], as JSON text, or an empty text; an empty path yields `value` itself.
std::string_view value_at(std::string_view value, std::string_view path);
// The same for a single name, which may contain any characters.
std::string_view member_at(std::string_view object, std::string_view name);

// Calls visit with the JSON text of each element of a list, in order, until it returns false; never if it is not a
// list.
void each_element(std::string_view list, const std::function<bool(std::string_view)>& visit);

// The number written in a text such as "-49.90", given without quotes: digits with a dot, and nothing else.
std::optional<std::int64_t> decimal_of(std::string_view text);
// The number that the JSON text is, or that a string such as "49.90" contains.
std::optional<std::int64_t> number_of(std::string_view value);

// The scalar that the JSON text is, in the form of a signal's value: strings without quotes and escapes, numbers and
// booleans verbatim. std::nullopt if it is empty, null or not a scalar. `room` holds the text if it had escapes.
std::optional<std::string_view> scalar_of(std::string_view value, std::string& room);

// The same for the field of that name, not a path. They read no further than necessary, and allocate only for a name
// with escapes.
std::optional<std::int64_t> number_in(std::string_view object, std::string_view field);
std::optional<std::string_view> scalar_in(std::string_view object, std::string_view field, std::string& room);

// The sum of the field's numbers, in millionths; std::nullopt if there is none.
std::optional<std::int64_t> amount_in(std::string_view object, std::string_view field);

}  // namespace beckon::rules
