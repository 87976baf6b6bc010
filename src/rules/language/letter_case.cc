#include "rules/language/letter_case.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "rules/language/fold.h"

namespace beckon::rules {

namespace {

// Lower-case letters that fold to another one: the micro sign, the long s, the final sigma and the long s with dot
// above.
constexpr std::array<std::string_view, 4> kSmallThatFold{"µ", "ſ", "ς", "ẛ"};
constexpr std::string_view kCapitalSharpS = "ẞ";  // its lower-case letter has no capital in Unicode

bool is_small_that_folds(std::string_view letter) {
  return std::ranges::find(kSmallThatFold, letter) != kSmallThatFold.end();
}

// Calls visit with each letter as UTF-8.
template <typename Visit>
void each_letter(std::string_view text, Visit visit) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    visit(text.substr(i, size));
    i += size;
  }
}

using CapitalsBySmall = std::vector<std::pair<std::string, std::string>>;  // by small letter

// The inverse of folding, over all characters of the blocks it covers: U+0041 to U+1EFF.
CapitalsBySmall capitals_by_small() {
  CapitalsBySmall out;
  const auto add = [&out](const std::string& letter) {
    std::string small = folded(letter);
    if (small != letter && !is_small_that_folds(letter) && letter != kCapitalSharpS)
      out.emplace_back(std::move(small), letter);
  };
  const auto byte = [](int value) { return std::string(1, static_cast<char>(value)); };
  for (int one = 0x41; one < 0x7f; ++one) add(byte(one));
  for (int lead = 0xc2; lead < 0xe0; ++lead) {
    for (int last = 0x80; last < 0xc0; ++last) add(byte(lead) + byte(last));
  }
  for (int middle = 0xb8; middle < 0xbc; ++middle) {
    for (int last = 0x80; last < 0xc0; ++last) add(byte(0xe1) + byte(middle) + byte(last));
  }
  std::ranges::sort(out);
  return out;
}

}  // namespace

std::string upper_case(std::string_view text) {
  static const CapitalsBySmall kCapitalsBySmall = capitals_by_small();
  std::string out;
  each_letter(text, [&](std::string_view letter) {
    const std::string small = folded(letter);
    const auto found = std::ranges::lower_bound(kCapitalsBySmall, small, {}, &CapitalsBySmall::value_type::first);
    // A letter without a capital of its own, such as the sharp s, stays.
    const bool has_capital = found != kCapitalsBySmall.end() && found->first == small;
    out += has_capital ? std::string_view(found->second) : letter;
  });
  return out;
}

std::string lower_case(std::string_view text) {
  std::string out;
  each_letter(text, [&](std::string_view letter) {
    if (is_small_that_folds(letter))
      out += letter;
    else
      append_folded(out, letter);
  });
  return out;
}

}  // namespace beckon::rules
