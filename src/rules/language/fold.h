// Case folding of texts, for case-insensitive comparison.
#pragma once
#include <string>
#include <string_view>

namespace beckon::rules {

// The text with Latin, Greek, Cyrillic and Armenian letters in lower case; others are unchanged. Unicode's simple case
// folding (unicode.org/Public/UCD/latest/ucd/CaseFolding.txt, C and S) for the blocks from Basic Latin to Armenian
// except Latin Extended-B, and for Latin Extended Additional. No normalization: a precomposed accented letter differs
// from the same letter with a combining accent. `text` is UTF-8. Thread-safe.
void append_folded(std::string& out, std::string_view text);
inline std::string folded(std::string_view text) {
  std::string out;
  append_folded(out, text);
  return out;
}

}  // namespace beckon::rules
