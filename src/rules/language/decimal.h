// Decimal amounts with six places, as integers in millionths, so that the order of addition does not matter. They never
// overflow: amounts beyond kMostAmount are clamped to it.
#pragma once
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace beckon::rules {

// 8 × 10^12 in millionths, in both directions, so that its distance to every bound of a rule fits as well.
inline constexpr std::int64_t kMostAmount = 8'000'000'000'000'000'000;

// How further places are rounded: half away from zero, toward zero, or away from zero.
enum class Rounding : std::uint8_t { kHalves, kDown, kUp };

// Parses the text of a JSON number.
std::int64_t millionths(std::string_view number, Rounding rounding = Rounding::kHalves);

// A sum of amounts that does not depend on the order of addition, up to a million amounts. Beyond that, sums of the
// largest amounts stay clamped.
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

// The sum of two amounts or two counts, clamped.
inline std::int64_t added(std::int64_t a, std::int64_t b) {
  AmountSum sum;
  sum.add(a);
  sum.add(b);
  return sum.millionths();
}

// The product of two amounts, rounded half away from zero to millionths.
std::int64_t multiplied(std::int64_t a, std::int64_t b);

std::string decimal_text(std::int64_t millionths);  // "12.5"

}  // namespace beckon::rules
