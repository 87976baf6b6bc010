// CSV as RFC 4180 has it: quoted fields may hold commas, doubled quotes and line ends. A byte order mark is passed
// over.
#pragma once
#include <istream>
#include <string>
#include <vector>

#include "base/result.h"

namespace beckon::app {

// Confined to its caller; `in` outlives it.
class CsvReader {
 public:
  explicit CsvReader(std::istream& in);

  // The fields of the next record; false at the end. Empty lines are passed over. The error is a sentence with the
  // line.
  Result<bool, std::string> next(std::vector<std::string>& fields);
  std::size_t line() const { return began_; }  // of the record read last, from 1

 private:
  Result<void, std::string> quoted(std::string& field);
  void plain(std::string& field);
  int take();

  std::istream& in_;
  std::size_t line_ = 1;
  std::size_t began_ = 1;
};

}  // namespace beckon::app
