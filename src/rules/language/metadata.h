// Conditions on the metadata of a signal, and which elements of its lists match them.
//
// Paths are those of field_path.h. [] stands for any element, and for the same element in all paths with the same names
// up to it: "items[].category" and "items[].price" refer to one item. A missing or empty list counts as one element
// with everything missing. The objects are well-formed JSON, or empty.
#pragma once
#include <compare>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "rules/language/comparison.h"

namespace beckon::rules {

// A metadata field compared with constants.
struct FieldComparison {
  std::string path;
  Comparison comparison;
  friend auto operator<=>(const FieldComparison&, const FieldComparison&) = default;
};

bool metadata_fits(std::string_view object, std::span<const FieldComparison> all);

// Calls visit with the values of `field` and `times`, as JSON text, for each element that matches those of `all` on
// the same list; a missing value is an empty text. `times` is empty, or on the same list. The texts point into the
// object.
void each_value(std::string_view object, std::string_view field, std::string_view times,
                std::span<const FieldComparison> all,
                const std::function<void(std::string_view value, std::string_view times)>& visit);

// "items[]" of "items[].price": the path to the elements that contain the field; empty if it is not in a list.
std::string_view list_of(std::string_view path);

}  // namespace beckon::rules
