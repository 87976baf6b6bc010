#include "http/routes/csv.h"

#include <algorithm>

namespace beckon::http {
namespace {

constexpr std::string_view kFormulas = "=+-@\t\r\n";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Digits with an optional sign, and an optional point between digits.
bool is_number(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  const std::string_view whole = text.substr(0, text.find('.'));
  const std::string_view rest = whole.size() == text.size() ? "0" : text.substr(whole.size() + 1);
  const auto digits = [](std::string_view part) { return !part.empty() && std::ranges::all_of(part, is_digit); };
  return digits(whole) && digits(rest);
}

}  // namespace

CsvWriter& CsvWriter::cell(std::string_view text) {
  if (comma_due_) out_ += ',';
  comma_due_ = true;
  const bool quoted = text.find_first_of(",\"\r\n") != std::string_view::npos;
  if (quoted) out_ += '"';
  if (!text.empty() && kFormulas.find(text.front()) != std::string_view::npos && !is_number(text)) out_ += '\'';
  for (const char c : text) {
    if (c == '"') out_ += '"';
    out_ += c;
  }
  if (quoted) out_ += '"';
  return *this;
}

CsvWriter& CsvWriter::end_row() {
  out_ += "\r\n";
  comma_due_ = false;
  return *this;
}

}  // namespace beckon::http
