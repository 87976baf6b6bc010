#include "store/sqlite/shipping/base_copy.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/operator_fault.h"
#include "store/sqlite/clean_pages.h"

namespace beckon::store {
namespace {

constexpr std::uint64_t kStep = 4u << 20;
constexpr std::uint64_t kSyncEvery = 32u << 20;  // so that no single sync takes long

}  // namespace

BaseCopy::BaseCopy(const Series& series, BaseHeader header, Connection& data)
    : series_(series),
      header_(std::move(header)),
      unnamed_(series.path + "/base.new"),
      data_(data),
      out_(::open(unnamed_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)),
      writer_([this](std::string_view bytes) { return write(bytes); }) {}

BaseCopy::~BaseCopy() {
  if (!named_) ::unlink(unnamed_.c_str());
}

Fault BaseCopy::failed() const {
  return operator_fault(unnamed_ + " cannot be written: " + system_message(errno) + ".");
}

Result<std::unique_ptr<BaseCopy>> BaseCopy::begin(const Series& series, BaseHeader header, Connection& connection) {
  header.bytes = connection.file_size() / header.page_size * header.page_size;
  std::unique_ptr<BaseCopy> made(new BaseCopy(series, std::move(header), connection));
  if (!made->out_ || !made->writer_.begin(made->header_) || ::fsync(made->out_.number()) != 0)
    return unexpected(made->failed());
  return made;
}

bool BaseCopy::write(std::string_view bytes) {
  if (!write_all(out_.number(), bytes)) return false;
  written_ += bytes.size();
  unsynced_ += bytes.size();
  return unsynced_ < kSyncEvery || (unsynced_ = 0, ::fdatasync(out_.number()) == 0);
}

Result<bool> BaseCopy::step() {
  std::string piece;
  for (const std::uint64_t until = copied_ + kStep; copied_ < until && copied_ < header_.bytes;
       copied_ += piece.size()) {
    piece.resize(std::min<std::uint64_t>(BaseWriter::kPiece, header_.bytes - copied_));
    data_.read_file(piece, copied_);
    if (header_.bytes / header_.page_size < kMostPagesToClean)
      for (std::size_t at = 0; at < piece.size(); at += header_.page_size)
        clean_page({reinterpret_cast<unsigned char*>(piece.data()) + at, header_.page_size}, copied_ + at == 0);
    if (!writer_.piece(piece)) return unexpected(failed());
  }
  return copied_ < header_.bytes;
}

Result<BaseName> BaseCopy::finish(const BaseEnd& end) {
  const BaseName name{.segment = header_.segment, .end = end};
  const std::string file = series_.file_of(name);
  if (!writer_.end(end) || ::fsync(out_.number()) != 0 || ::rename(unnamed_.c_str(), file.c_str()) != 0)
    return unexpected(failed());
  named_ = true;
  if (!sync_folder_of(file)) return unexpected(failed());
  return name;
}

}  // namespace beckon::store
