// Amounts in decimal with six places, as an integer of millionths: the order of addition never matters. They never wrap
// around: what lies beyond kMostAmount counts as it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace beckon::rules {

// 8 × 10^12 in millionths, either way of zero: so that its distance to every bound of a rule fits, too.
inline constexpr std::int64_t kMostAmount = 8'000'000'000'000'000'000;

// What becomes of further places: halves away from zero, all toward zero, all away from it.
enum class Rounding : std::uint8_t { kHalves, kDown, kUp };

// The text of a JSON number.
std::int64_t millionths(std::string_view number, Rounding rounding = Rounding::kHalves);

// A sum of amounts, which comes out the same in whatever order they are added. Up to a million of them.
class AmountSum {
 public:
  AmountSum() = default;
  AmountSum(std::int64_t whole, std::int64_t rest)
      : whole_(whole), rest_(rest) {}  // units, and the millionths that remain
  void add(std::int64_t millionths) { whole_ += millionths / kOne, rest_ += millionths % kOne; }
  std::int64_t millionths() const {
    const std::int64_t whole = whole_ + rest_ / kOne;
    constexpr std::int64_t kMost = kMostAmount / kOne;
    if (whole >= kMost || whole <= -kMost) return whole > 0 ? kMostAmount : -kMostAmount;
    return whole * kOne + rest_ % kOne;
  }

 private:
  static constexpr std::int64_t kOne = 1'000'000;
  std::int64_t whole_ = 0, rest_ = 0;
};

// Of two amounts, or of two counts.
inline std::int64_t added(std::int64_t a, std::int64_t b) {
  AmountSum sum;
  sum.add(a);
  sum.add(b);
  return sum.millionths();
}

std::string decimal_text(std::int64_t millionths);  // "12.5"

// The scalar at the top of a JSON object under `field`, as a signal's value would be told: strings without quotes and
// escapes, numbers and booleans as they stand. Nothing where it is missing, null or no scalar. `room` holds the text
// where it had escapes.
std::optional<std::string_view> scalar_in(std::string_view object, std::string_view field, std::string& room);

// The number at the top of a JSON object under `field`, or that of a text such as "49.90"; nothing where there is none.
// Reads no further than it must and allocates nothing but for a name with escapes. The object is well-formed.
std::optional<std::int64_t> number_in(std::string_view object, std::string_view field);

}  // namespace beckon::rules
