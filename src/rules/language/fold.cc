#include "rules/language/fold.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace beckon::rules {

namespace {

// Capitals from `first` to `last`, at intervals of `every`, and the distance to their lower-case letters.
struct Capitals {
  char32_t first, last, every;
  std::int32_t to_small;
};

constexpr std::array kCapitals{
    Capitals{0x41, 0x5a, 1, 32},         // Basic Latin
    Capitals{0xb5, 0xb5, 1, 775},        // the micro sign is a Greek letter
    Capitals{0xc0, 0xd6, 1, 32},         // Latin-1
    Capitals{0xd8, 0xde, 1, 32},         //
    Capitals{0x100, 0x12e, 2, 1},        // Latin Extended-A: in pairs
    Capitals{0x132, 0x136, 2, 1},        //
    Capitals{0x139, 0x147, 2, 1},        //
    Capitals{0x14a, 0x176, 2, 1},        //
    Capitals{0x178, 0x178, 1, -121},     //
    Capitals{0x179, 0x17d, 2, 1},        //
    Capitals{0x17f, 0x17f, 1, -268},     // the long s
    Capitals{0x386, 0x386, 1, 38},       // Greek
    Capitals{0x388, 0x38a, 1, 37},       //
    Capitals{0x38c, 0x38c, 1, 64},       //
    Capitals{0x38e, 0x38f, 1, 63},       //
    Capitals{0x391, 0x3a1, 1, 32},       //
    Capitals{0x3a3, 0x3ab, 1, 32},       //
    Capitals{0x3c2, 0x3c2, 1, 1},        // the sigma at the end of a word
    Capitals{0x400, 0x40f, 1, 80},       // Cyrillic
    Capitals{0x410, 0x42f, 1, 32},       //
    Capitals{0x460, 0x480, 2, 1},        //
    Capitals{0x48a, 0x4be, 2, 1},        //
    Capitals{0x4c0, 0x4c0, 1, 15},       //
    Capitals{0x4c1, 0x4cd, 2, 1},        //
    Capitals{0x4d0, 0x52e, 2, 1},        //
    Capitals{0x531, 0x556, 1, 48},       // Armenian
    Capitals{0x1e00, 0x1e94, 2, 1},      // Latin Extended Additional
    Capitals{0x1e9b, 0x1e9b, 1, -58},    //
    Capitals{0x1e9e, 0x1e9e, 1, -7615},  // the capital sharp s
    Capitals{0x1ea0, 0x1efe, 2, 1},      //
};

char32_t small(char32_t letter) {
  const auto range = std::ranges::lower_bound(kCapitals, letter, {}, &Capitals::last);
  if (range == kCapitals.end() || letter < range->first || (letter - range->first) % range->every != 0) return letter;
  return static_cast<char32_t>(static_cast<std::int32_t>(letter) + range->to_small);
}

// Encodes in two or three bytes of UTF-8; folded letters need no more.
void append_letter(std::string& out, char32_t letter) {
  const auto byte = [&out](char32_t bits) { out += static_cast<char>(bits); };
  if (letter < 0x80) return byte(letter);
  if (letter < 0x800) return byte(0xc0 | letter >> 6), byte(0x80 | (letter & 0x3f));
  byte(0xe0 | letter >> 12), byte(0x80 | (letter >> 6 & 0x3f)), byte(0x80 | (letter & 0x3f));
}

}  // namespace

void append_folded(std::string& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto at = [&](std::size_t place) { return static_cast<unsigned char>(text[place]); };
    const unsigned char lead = at(i);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (size > 3 || i + size > text.size()) {
      out.append(text.substr(i, size));
    } else {
      char32_t letter = size == 1 ? lead : lead & (0xffu >> (size + 1));
      for (std::size_t k = 1; k < size; ++k) letter = letter << 6 | (at(i + k) & 0x3fu);
      append_letter(out, small(letter));
    }
    i += size;
  }
}

}  // namespace beckon::rules
