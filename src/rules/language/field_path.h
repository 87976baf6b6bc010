// A field of a signal's metadata by its name, "amount", or by a path, "order.total" or "items[].price": names with
// points between them, where [] behind one stands for every element of the list under it. Where the metadata has a
// field whose name is the whole text, that one is meant. A missing field and null are the same. The objects are
// well-formed JSON.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace beckon::rules {

inline constexpr std::size_t kPathNames = 4;  // of a path, as metadata is at most four levels deep

bool is_field(std::string_view text);           // a name, or a path of at most kPathNames
bool is_path(std::string_view field);           // it may lead to something else than the field of that name
bool reaches_elements(std::string_view field);  // it has a [], and so may lead to several values

// Replaces `values` by all that the field leads to, as JSON text; an empty text for each time that it leads nowhere.
// The texts are views into the object.
void values_in(std::string_view object, std::string_view field, std::vector<std::string_view>& values);

// What a path without [] leads to from a value on, as JSON text, or an empty text; an empty path leads to the value.
std::string_view value_at(std::string_view value, std::string_view path);
// The same of one name, whatever characters are in it.
std::string_view member_at(std::string_view object, std::string_view name);

// Calls visit with the JSON text of each element of a list, in order, until it returns false; never for what is no
// list.
void each_element(std::string_view list, const std::function<bool(std::string_view)>& visit);

// The number that a text such as "-49.90" is, without its quotes: digits with a point, and nothing else.
std::optional<std::int64_t> decimal_of(std::string_view text);
// The number that the JSON text is, or that of a text such as "49.90".
std::optional<std::int64_t> number_of(std::string_view value);

// The scalar that the JSON text is, as a signal's value would be told: strings without quotes and escapes, numbers and
// booleans as they stand. Nothing where it is empty, null or no scalar. `room` holds the text where it had escapes.
std::optional<std::string_view> scalar_of(std::string_view value, std::string& room);

// The same of the field of that name, not a path. Read no further than they must, and allocate nothing but for a name
// with escapes.
std::optional<std::int64_t> number_in(std::string_view object, std::string_view field);
std::optional<std::string_view> scalar_in(std::string_view object, std::string_view field, std::string& room);

// The sum of the numbers that the field leads to, in millionths; nothing where there is none.
std::optional<std::int64_t> amount_in(std::string_view object, std::string_view field);

}  // namespace beckon::rules
