#include "system/plain_text.h"

#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>

#include "base/check.h"

namespace beckon {
namespace {

bool is_printable_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

// The character at `at`, which moves past it; negative if the bytes are invalid.
UChar32 next_character(std::string_view text, std::int32_t& at) {
  UChar32 c = 0;
  U8_NEXT(text.data(), at, static_cast<std::int32_t>(text.size()), c);
  return c;
}

// What JavaScript's trim() removes, so that pages and the server agree on ids, and U+0085, which is Unicode's own.
bool is_space(UChar32 c) { return u_isUWhiteSpace(c) || c == 0xFEFF; }

std::string_view trimmed_ascii(std::string_view printable) {
  const std::size_t begin = printable.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  return printable.substr(begin, printable.find_last_not_of(' ') + 1 - begin);
}

std::string_view trimmed(std::string_view text) {
  std::size_t begin = text.size(), end = 0;
  for (std::int32_t at = 0; static_cast<std::size_t>(at) < text.size();) {
    const auto before = static_cast<std::size_t>(at);
    if (is_space(next_character(text, at))) continue;
    begin = std::min(begin, before);
    end = static_cast<std::size_t>(at);
  }
  return begin < end ? text.substr(begin, end - begin) : std::string_view{};
}

bool has_control(std::string_view text) {
  for (std::int32_t at = 0; static_cast<std::size_t>(at) < text.size();)
    if (u_isISOControl(next_character(text, at))) return true;
  return false;
}

const icu::Normalizer2& nfc() {
  static const icu::Normalizer2* const instance = [] {
    UErrorCode error = U_ZERO_ERROR;
    const icu::Normalizer2* found = icu::Normalizer2::getNFCInstance(error);
    CHECK(U_SUCCESS(error));
    return found;
  }();
  return *instance;
}

icu::StringPiece piece(std::string_view text) { return {text.data(), static_cast<std::int32_t>(text.size())}; }

std::string normalized(std::string_view text) {
  std::string out;
  icu::StringByteSink<std::string> sink(&out);
  UErrorCode error = U_ZERO_ERROR;
  nfc().normalizeUTF8(0, piece(text), sink, nullptr, error);
  CHECK(U_SUCCESS(error));
  return out;
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  for (std::int32_t at = 0; static_cast<std::size_t>(at) < bytes.size();)
    if (next_character(bytes, at) < 0) return false;
  return true;
}

std::optional<std::string> plain_text(std::string_view text, std::size_t most) {
  const bool ascii = is_printable_ascii(text);
  if (!ascii && !is_utf8(text)) return std::nullopt;
  text = ascii ? trimmed_ascii(text) : trimmed(text);
  // No text shrinks to less than a third in NFC, and ordering many combining marks takes quadratic time.
  if (text.size() > 4 * most) return std::nullopt;
  if (!ascii && has_control(text)) return std::nullopt;
  std::string form = ascii ? std::string(text) : normalized(text);
  if (form.size() > most) return std::nullopt;
  return form;
}

std::string case_folded(std::string_view text) {
  std::string out;
  if (is_printable_ascii(text)) {
    out = text;
    for (char& c : out)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    return out;
  }
  icu::StringByteSink<std::string> sink(&out);
  UErrorCode error = U_ZERO_ERROR;
  icu::CaseMap::utf8Fold(0, piece(text), sink, nullptr, error);
  CHECK(U_SUCCESS(error));
  return normalized(out);
}

}  // namespace beckon
