// The filters of a placeholder in a payload, such as default:"friend" or number:2, and the values that pass them.
//
// A filter that cannot use a value, such as number with "abc", makes it missing. Filters without a sentence on lists
// apply to each element of one; if they cannot use an element, the whole list is missing.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/zone.h"

namespace beckon::rules {

// A value on its way through filters.
struct PayloadValue {
  enum class Kind : std::uint8_t { kMissing, kText, kJson, kList };
  Kind kind = Kind::kMissing;
  std::string text;                    // kText: its characters; kJson: a number, a boolean, an object or, as an element
                                       // of a list, a list, as JSON text
  std::vector<PayloadValue> elements;  // kList

  bool is_missing() const { return kind == Kind::kMissing; }
};

// Of the JSON text of a value; empty or null: it is missing.
PayloadValue payload_value(std::string_view json);
void append_json(std::string& out, const PayloadValue& value);  // null where it is missing
// As it is inserted into a text: elements of a list with `separator` between them, those that are missing left out;
// empty where the value itself is missing.
std::string plain_text_of(const PayloadValue& value, std::string_view separator = ", ");

enum class PayloadFilterKind : std::uint8_t {
  kDefault,  // instead of a missing value and of an empty text: a text or a number
  kUpper,
  kLower,
  kNumber,  // a text with so many decimal places
  kDate,    // a text in a format of payload_text.h, by a zone's wall clock
  kFirst,   // the first element of a list; missing if it is empty. A single value is its own first
  kJoin,    // a text: the elements of a list with a separator between them
  kSize,    // of a list, an object or a text: how many elements, members or characters
  kUrl,
  kHtml,
};

struct PayloadFilter {
  PayloadFilterKind kind = PayloadFilterKind::kDefault;
  std::string argument;  // kDefault: JSON text; kDate: the format; kJoin: the separator
  int places = 0;        // kNumber
};

struct FilterArgument {
  std::string_view text;
  bool quoted = false;
};

// Fault: what is wrong, in words that continue "the placeholder …".
std::expected<PayloadFilter, std::string> read_payload_filter(std::string_view name,
                                                              const std::optional<FilterArgument>& argument);

// The value behind all filters. Zone null: UTC.
PayloadValue filtered(PayloadValue value, std::span<const PayloadFilter> filters, const Zone* zone);

// Whether a value that is there may be missing behind the filters.
bool may_lose_value(std::span<const PayloadFilter> filters);

// At most so many bytes of a payload come out for each byte of the JSON text of a value, or of an argument of default.
// Not above kMostGrowth, which stands for more too.
inline constexpr std::size_t kMostGrowth = 10'000;
std::size_t growth_of(std::span<const PayloadFilter> filters);

}  // namespace beckon::rules
