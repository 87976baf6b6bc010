// CSV according to RFC 4180: quoted fields may contain commas, doubled quotes and line breaks. A byte order mark is
// skipped.
#pragma once
#include <istream>
#include <string>
#include <vector>

#include "base/result.h"

namespace beckon::app {

// Not thread-safe; `in` must outlive it.
class CsvReader {
 public:
  explicit CsvReader(std::istream& in);

  // The fields of the next record; false at the end. Empty lines are skipped. The error names the
  // line.
  Result<bool, std::string> next(std::vector<std::string>& fields);
  std::size_t line() const { return began_; }  // of the last record read, from 1

 private:
  Result<void, std::string> quoted(std::string& field);
  void plain(std::string& field);
  int take();

  std::istream& in_;
  std::size_t line_ = 1;
  std::size_t began_ = 1;
};

}  // namespace beckon::app
