// Texts without regard to letter case, for comparing them.
#pragma once
#include <string>
#include <string_view>

namespace beckon::rules {

// The text with the letters of the Latin, Greek, Cyrillic and Armenian alphabets in lower case; others stay as they
// are. Unicode's simple case folding (unicode.org/Public/UCD/latest/ucd/CaseFolding.txt, C and S) of the blocks from
// Basic Latin to Armenian but for Latin Extended-B, and of Latin Extended Additional. No normalization: a letter with
// its accent as one character is another text than the two characters. `text` is UTF-8. Thread-safe.
void append_folded(std::string& out, std::string_view text);
inline std::string folded(std::string_view text) {
  std::string out;
  append_folded(out, text);
  return out;
}

}  // namespace beckon::rules
