// Comparisons of one value with constants: of a field of the context, of signals' metadata, of whatever else has values
// as JSON has them. One set for all of them.
//
//   equals not in notIn                the value itself; a number constant equals numbers and decimal texts ("49.90")
//   above below atLeast atMost         numbers and decimal texts, in decimal with six places
//   startsWith endsWith contains       texts; contains: also an element of a list
//   anyOf allOf                        elements of a list; a single value is a list of one
//   exists                             whether there is a value; null is none
//   before after                       texts that are instants in RFC 3339
//
// All that are given must hold. A missing value and null are the same: true for exists: false, not and notIn alone. A
// list or an object equals nothing. Numbers and booleans are to text constants what their JSON text is.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace beckon::rules {

class Members;

// A text; or a number in millionths, of kBefore and kAfter an instant in milliseconds since 1970.
struct Constant {
  bool is_number = false;
  std::int64_t number = 0;
  std::string text;  // as it was written; folded where the comparison folds
  friend auto operator<=>(const Constant&, const Constant&) = default;
};

enum class Operator : std::uint8_t {
  kIn,     // and equals: one constant
  kNotIn,  // and not
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
  std::vector<Constant> constants;  // sorted, without doubles; none of kExists and kMissing
  friend auto operator<=>(const Demand&, const Demand&) = default;
};

// Plain values; equal comparisons compare equal. Without demands it holds for every value.
struct Comparison {
  std::vector<Demand> demands;  // all of them; sorted
  bool fold = false;            // texts without regard to letter case: fold.h
  friend auto operator<=>(const Comparison&, const Comparison&) = default;
};

// What the numbers of `in` and `notIn` are: numbers, or their JSON text alone.
enum class Listed : std::uint8_t { kNumbers, kTexts };

// Takes the members of a condition that compare, and `fold`. Each fault is an issue at its member; that there is no
// comparison at all is one, too.
Comparison read_comparison(Members& members, Listed listed = Listed::kNumbers);

// The members that read_comparison takes, with the JSON schema of each.
struct ComparisonMember {
  std::string_view name, schema;
};
const std::vector<ComparisonMember>& comparison_members();

// Of the JSON text of a value; empty: it is missing.
bool holds(const Comparison& comparison, std::string_view json);
// Of a value that is always a text, such as that of a context field; std::nullopt: it is missing.
bool holds_text(const Comparison& comparison, std::optional<std::string_view> plain);

// "US or GB", "at least 50 and below 500", "not free", "starting with De in any letter case".
std::string words_of(const Comparison& comparison);

// All texts for which the comparison holds, where it names them one by one; else std::nullopt.
std::optional<std::vector<std::string>> texts_of(const Comparison& comparison);
// Whether it holds for no missing value.
bool needs_value(const Comparison& comparison);
// The comparison that holds exactly where this one does not, where that is a comparison that needs a value: of a single
// notIn or exists: false.
std::optional<Comparison> contrary_of(const Comparison& comparison);
// Texts worth trying where one is wanted for which the comparison holds, or does not.
std::vector<std::string> examples_of(const Comparison& comparison);

}  // namespace beckon::rules
