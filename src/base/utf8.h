// UTF-8 by characters, meaning code points. Pure; in invalid UTF-8, every byte that could begin a character counts.
#pragma once
#include <algorithm>
#include <cstddef>
#include <string_view>

namespace beckon {

constexpr bool begins_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }

inline std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(utf8, begins_character));
}

// The first `most` of them.
constexpr std::string_view first_characters(std::string_view utf8, std::size_t most) {
  std::size_t end = 0;
  for (std::size_t seen = 0; end < utf8.size(); ++end)
    if (begins_character(utf8[end]) && seen++ == most) break;
  return utf8.substr(0, end);
}

}  // namespace beckon
