// The copy of the data file for a backup folder, made in small steps while the server keeps running.
#pragma once
#include <memory>

#include "store/sqlite/connection.h"
#include "store/sqlite/shipping/backup_folder.h"

namespace beckon::store {

// Confined to one thread. Commits made since its beginning are in it or not, page by page: restoring it needs them, and
// the commits of the WAL of that moment, from its first one on.
class BaseCopy {
 public:
  // Creates the file in the series. The connection, to the data file, must outlive the copy.
  static Result<std::unique_ptr<BaseCopy>> begin(const Series& series, BaseHeader header, Connection& connection);
  ~BaseCopy();  // deletes the file unless finish() has renamed it
  BaseCopy(const BaseCopy&) = delete;
  BaseCopy& operator=(const BaseCopy&) = delete;

  Result<bool> step();  // copies a few MiB; false if there is no more
  // Renames the file. Precondition: all commits up to that of `end` have been shipped, and the copy has no later ones.
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
