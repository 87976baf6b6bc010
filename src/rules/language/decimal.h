// Amounts in decimal with six places, as an integer of millionths: the order of addition never matters. They never wrap
// around: what lies beyond kMostAmount counts as it.
#pragma once
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace beckon::rules {

// 8 × 10^12 in millionths, either way of zero: so that its distance to every bound of a rule fits, too.
inline constexpr std::int64_t kMostAmount = 8'000'000'000'000'000'000;

// What becomes of further places: halves away from zero, all toward zero, all away from it.
enum class Rounding : std::uint8_t { kHalves, kDown, kUp };

// The text of a JSON number.
std::int64_t millionths(std::string_view number, Rounding rounding = Rounding::kHalves);

// A sum of amounts, which comes out the same in whatever order they are added, up to a million of them. More of the
// greatest amounts than that stay the greatest.
class AmountSum {
 public:
  AmountSum() = default;
  AmountSum(std::int64_t whole, std::int64_t rest) : whole_(whole), rest_(rest) {}  // units, and remaining millionths
  void add(std::int64_t millionths) {
    const std::int64_t units = millionths / kOne;
    if (__builtin_add_overflow(whole_, units, &whole_))
      whole_ = units > 0 ? std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int64_t>::min();
    rest_ += millionths % kOne;
  }
  std::int64_t millionths() const {
    constexpr std::int64_t kMost = kMostAmount / kOne;
    if (whole_ > 2 * kMost || whole_ < -2 * kMost) return whole_ > 0 ? kMostAmount : -kMostAmount;
    const std::int64_t whole = whole_ + rest_ / kOne;
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

// The product of two amounts; halves of a millionth away from zero.
std::int64_t multiplied(std::int64_t a, std::int64_t b);

std::string decimal_text(std::int64_t millionths);  // "12.5"

}  // namespace beckon::rules
