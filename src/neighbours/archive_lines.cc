#include "neighbours/archive_lines.h"

#include <zlib.h>

#include <algorithm>
#include <filesystem>

namespace beckon::neighbours {
namespace {

constexpr unsigned kBlock = 256 * 1024;

}  // namespace

void ArchiveLines::Close::operator()(gzFile_s* file) const { gzclose_r(file); }

ArchiveLines::ArchiveLines(std::unique_ptr<gzFile_s, Close> file, std::uint64_t size)
    : file_(std::move(file)), size_(size) {}

Result<ArchiveLines, std::string> ArchiveLines::open(const std::string& path) {
  std::error_code fault;
  const std::uintmax_t size = std::filesystem::file_size(path, fault);
  std::unique_ptr<gzFile_s, Close> file(fault ? nullptr : gzopen(path.c_str(), "rb"));
  if (!file) return unexpected("cannot be read");
  gzbuffer(file.get(), kBlock);
  return ArchiveLines(std::move(file), size);
}

bool ArchiveLines::fill() {
  block_.resize(kBlock);
  at_ = 0;
  const int read = gzread(file_.get(), block_.data(), kBlock);
  block_.resize(static_cast<std::size_t>(std::max(read, 0)));
  return read > 0;
}

Result<bool, std::string> ArchiveLines::next(std::string& line) {
  line.clear();
  bool any = false, is_too_long = false, is_whole = false;
  while (!is_whole && (at_ < block_.size() || fill())) {
    any = true;
    const std::size_t end = block_.find('\n', at_);
    const std::size_t taken = std::min(end, block_.size()) - at_;
    is_whole = end != std::string::npos;
    is_too_long = is_too_long || line.size() + taken > kMost;
    if (!is_too_long) line.append(block_, at_, taken);
    at_ += taken + (is_whole ? 1 : 0);
  }
  if (!is_whole) {
    int code = Z_OK;
    const char* why = gzerror(file_.get(), &code);
    if (code != Z_OK && code != Z_STREAM_END)
      return unexpected("line " + std::to_string(line_ + 1) + ": the file cannot be read on: " + why);
  }
  if (!any) return false;
  ++line_;
  if (is_too_long) line.clear();
  if (line.ends_with('\r')) line.pop_back();
  return true;
}

int ArchiveLines::percent() const {
  const auto read = static_cast<std::uint64_t>(std::max<z_off_t>(gzoffset(file_.get()), 0));
  return size_ == 0 ? 100 : static_cast<int>(std::min<std::uint64_t>(100, read * 100 / size_));
}

}  // namespace beckon::neighbours
