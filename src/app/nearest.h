// Suggestions for mistyped words.
#pragma once
#include <span>
#include <string_view>

namespace beckon::app {

// The word with the fewest insertions, deletions and replacements to `name` (Levenshtein); the first of several, empty
// if there are none.
std::string_view nearest(std::string_view name, std::span<const std::string_view> words);

}  // namespace beckon::app
