// The lines of a file of any length, plain or gzip, also with several gzip members.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"

struct gzFile_s;

namespace beckon::neighbours {

// Not thread-safe.
class ArchiveLines {
 public:
  static constexpr std::size_t kMost = 1024 * 1024;  // bytes of a line; longer ones are skipped

  static Result<ArchiveLines, std::string> open(const std::string& path);

  // Reads the next line, without its end; false at the end of the file. Empty for one longer than kMost. The error: the
  // file cannot be read further, for example because it is truncated.
  Result<bool, std::string> next(std::string& line);
  std::size_t line() const { return line_; }  // of the last line read, from 1
  int percent() const;                        // of the file's bytes, read so far

 private:
  struct Close {
    void operator()(gzFile_s* file) const;
  };
  ArchiveLines(std::unique_ptr<gzFile_s, Close> file, std::uint64_t size);
  bool fill();  // false: there is no more

  std::unique_ptr<gzFile_s, Close> file_;
  std::uint64_t size_;  // of the file on disk
  std::string block_;   // as read, from `at_` on
  std::size_t at_ = 0;
  std::size_t line_ = 0;
};

}  // namespace beckon::neighbours
