// The copy of the data file in a backup folder, made in small steps while the server goes on.
#pragma once
#include <memory>

#include "store/sqlite/connection.h"
#include "store/sqlite/shipping/backup_folder.h"

namespace beckon::store {

// Confined to one thread. What the commits since its beginning change meanwhile is in it or not, page by page: it needs
// them, and those of the log as it is then, from its first one on.
class BaseCopy {
 public:
  // Begins the file in the series. The connection, to the data file, must live as long.
  static Result<std::unique_ptr<BaseCopy>> begin(const Series& series, BaseHeader header, Connection& connection);
  ~BaseCopy();  // removes the file, unless it has its name
  BaseCopy(const BaseCopy&) = delete;
  BaseCopy& operator=(const BaseCopy&) = delete;

  Result<bool> step();  // copies a few MiB; false: there is no more
  // Gives it its name; all commits up to that of `end` have been shipped, and are all that are in it.
  Result<BaseName> finish(const BaseEnd& end);

  std::uint64_t written() const { return written_; }
  std::uint64_t segment() const { return header_.segment; }

 private:
  BaseCopy(const Series& series, BaseHeader header, Connection& data);
  bool write(std::string_view bytes);
  Fault failed() const;

  const Series series_;
  const BaseHeader header_;
  const std::string unnamed_;
  Connection& data_;
  FileDescriptor out_;
  BaseWriter writer_;
  std::uint64_t copied_ = 0, written_ = 0, unsynced_ = 0;
  bool named_ = false;
};

}  // namespace beckon::store
