// CSV responses: RFC 4180, UTF-8.
#pragma once
#include <string>
#include <string_view>

namespace beckon::http {

// Appends rows to a string. The caller writes equally many cells in each row.
class CsvWriter {
 public:
  explicit CsvWriter(std::string& out) : out_(out) {}

  // Quoted if necessary. Spreadsheets take a text that begins with = + - @, a tab or a line break for a formula, so it
  // is prefixed with an apostrophe unless it is a number.
  CsvWriter& cell(std::string_view text);
  CsvWriter& end_row();

 private:
  std::string& out_;
  bool comma_due_ = false;
};

}  // namespace beckon::http
