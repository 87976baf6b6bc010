// Suggestions for mistyped words.
#pragma once
#include <span>
#include <string_view>

namespace beckon::app {

// The word with the smallest Levenshtein distance to `name`; the first one if there are several, empty if there are no
// words.
std::string_view nearest(std::string_view name, std::span<const std::string_view> words);

}  // namespace beckon::app
