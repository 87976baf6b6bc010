// What a filter asks of the metadata of a signal, and which elements of its lists fit it.
//
// Paths are those of field_path.h. [] stands for any element, and for the same one wherever several paths have the same
// names up to it: "items[].category" and "items[].price" are of one item. A list that is missing, or has no elements,
// is one element of which everything is missing. The objects are well-formed JSON, or empty: nothing is there.
#pragma once
#include <compare>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "rules/language/comparison.h"

namespace beckon::rules {

// A field of the metadata, compared with constants.
struct FieldComparison {
  std::string path;
  Comparison comparison;
  friend auto operator<=>(const FieldComparison&, const FieldComparison&) = default;
};

bool metadata_fits(std::string_view object, std::span<const FieldComparison> all);

// Calls visit with what `field` leads to and with what `times` leads to next to it, as JSON text, for each element that
// fits those of `all` that are of the same list; an empty text for what leads nowhere. `times` is empty, or of the same
// list. The texts are views into the object.
void each_value(std::string_view object, std::string_view field, std::string_view times,
                std::span<const FieldComparison> all,
                const std::function<void(std::string_view value, std::string_view times)>& visit);

// "items[]" of "items[].price": the path to the elements that a field is of; empty: it is of no list.
std::string_view list_of(std::string_view path);

}  // namespace beckon::rules
