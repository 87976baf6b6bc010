// CSV in responses: RFC 4180, UTF-8.
#pragma once
#include <string>
#include <string_view>

namespace beckon::http {

// Appends rows to a string. The caller gives each row as many cells as the first.
class CsvWriter {
 public:
  explicit CsvWriter(std::string& out) : out_(out) {}

  // In quotes where it must be. Spreadsheets take a text that begins with = + - or @, or with a tab or a line break,
  // for a formula: unless it is a number, it gets an apostrophe in front.
  CsvWriter& cell(std::string_view text);
  CsvWriter& end_row();

 private:
  std::string& out_;
  bool comma_due_ = false;
};

}  // namespace beckon::http
