// Filters of payload placeholders, such as default:"friend" or number:2, and the values that they process.
//
// A filter that cannot use a value, such as number with "abc", makes it missing. Filters not described for lists apply
// to each element; if they cannot use an element, the whole list is missing.
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

// A value while it passes through filters.
struct PayloadValue {
  enum class Kind : std::uint8_t { kMissing, kText, kJson, kList };
  Kind kind = Kind::kMissing;
  std::string text;                    // kText: its characters; kJson: JSON text of a number, a boolean, an object or,
                                       // as an element of a list, a list
  std::vector<PayloadValue> elements;  // kList

  bool is_missing() const { return kind == Kind::kMissing; }
};

// From the JSON text of a value; empty or null is missing.
PayloadValue payload_value(std::string_view json);
void append_json(std::string& out, const PayloadValue& value);  // null if it is missing
// As inserted into a text: elements of a list joined with `separator`, without missing ones; empty if the value itself
// is missing.
std::string plain_text_of(const PayloadValue& value, std::string_view separator = ", ");

enum class PayloadFilterKind : std::uint8_t {
  kDefault,  // a text or number that replaces a missing value or an empty text
  kUpper,
  kLower,
  kNumber,  // a text with this many decimal places
  kDate,    // a text in a format of payload_text.h, in local time of a zone
  kFirst,   // the first element of a list; missing if it is empty. A single value is its own first element
  kJoin,    // a text: the elements of a list joined with a separator
  kSize,    // the number of elements, members or characters of a list, an object or a text
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

// Fault: what is wrong, as words that continue "the placeholder …".
std::expected<PayloadFilter, std::string> read_payload_filter(std::string_view name,
                                                              const std::optional<FilterArgument>& argument);

// Applies all filters. A null zone is UTC.
PayloadValue filtered(PayloadValue value, std::span<const PayloadFilter> filters, const Zone* zone);

// Whether the filters can make an existing value missing.
bool may_lose_value(std::span<const PayloadFilter> filters);

// The maximum number of payload bytes for each byte of a value's JSON text, or of an argument of default. Capped at
// kMostGrowth, which stands for more too.
inline constexpr std::size_t kMostGrowth = 10'000;
std::size_t growth_of(std::span<const PayloadFilter> filters);

}  // namespace beckon::rules
