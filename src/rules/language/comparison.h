// Comparisons of a value with constants: of a context field, of signals' metadata, or of any other JSON value. The same
// set for all of them.
//
//   equals not in notIn                the value itself; a number constant equals numbers and decimal texts ("49.90")
//   above below atLeast atMost         numbers and decimal texts, in decimal with six places
//   startsWith endsWith contains       texts; contains: also an element of a list
//   anyOf allOf                        elements of a list; a single value is a list of one
//   exists                             whether there is a value; null is none
//   before after                       texts that are instants in RFC 3339
//
// All given comparisons must be true. For a missing value or null, only exists: false, not and notIn are true. A list
// or object equals nothing. Compared with text constants, numbers and booleans count as their JSON text.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace beckon::rules {

class Members;

// A text; or a number in millionths; for kBefore and kAfter, an instant in milliseconds since 1970.
struct Constant {
  bool is_number = false;
  std::int64_t number = 0;
  std::string text;  // as written; case-folded if the comparison is
  friend auto operator<=>(const Constant&, const Constant&) = default;
};

enum class Operator : std::uint8_t {
  kIn,     // also equals, with one constant
  kNotIn,  // also not
  kAbove,
  kBelow,
  kAtLeast,
  kAtMost,
  kStartsWith,
  kEndsWith,
  kContains,
  kAnyOf,
  kAllOf,
  kExists,
  kMissing,  // exists: false
  kBefore,
  kAfter,
};

struct Demand {
  Operator op = Operator::kExists;
  std::vector<Constant> constants;  // sorted, without duplicates; empty for kExists and kMissing
  friend auto operator<=>(const Demand&, const Demand&) = default;
};

// Plain values; equal comparisons compare equal. Without demands it is true for every value.
struct Comparison {
  std::vector<Demand> demands;  // all of them; sorted
  bool fold = false;            // case-insensitive: fold.h
  friend auto operator<=>(const Comparison&, const Comparison&) = default;
};

// How numbers in `in` and `notIn` compare: as numbers, or only as their JSON text.
enum class Listed : std::uint8_t { kNumbers, kTexts };

// Reads the comparison members of a condition, and `fold`. Each fault is an issue at its member; it is also an issue if
// there is no comparison.
Comparison read_comparison(Members& members, Listed listed = Listed::kNumbers);

// The members that read_comparison reads, each with its JSON schema.
struct ComparisonMember {
  std::string_view name, schema;
};
const std::vector<ComparisonMember>& comparison_members();

// `json` is the JSON text of a value; empty if it is missing.
bool holds(const Comparison& comparison, std::string_view json);
// For a value that is always a text, such as a context field; std::nullopt if it is missing.
bool holds_text(const Comparison& comparison, std::optional<std::string_view> plain);

// "US or GB", "at least 50 and below 500", "not free", "starting with De in any letter case".
std::string words_of(const Comparison& comparison);

// All texts for which the comparison is true, if it lists them; otherwise std::nullopt.
std::optional<std::vector<std::string>> texts_of(const Comparison& comparison);
// Whether it is false for a missing value.
bool needs_value(const Comparison& comparison);
// The negation, if it is a comparison that needs a value: that of a single notIn or exists:
// false.
std::optional<Comparison> contrary_of(const Comparison& comparison);
// Example texts, some for which the comparison is likely true and some for which it is not.
std::vector<std::string> examples_of(const Comparison& comparison);

}  // namespace beckon::rules
