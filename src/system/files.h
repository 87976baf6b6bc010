// Files below the level of streams: descriptors that close themselves, whole writes, and syncs of names.
#pragma once
#include <string>
#include <string_view>
#include <utility>

namespace beckon {

// Closes its descriptor; -1: none.
class FileDescriptor {
 public:
  explicit FileDescriptor(int fd = -1) : fd_(fd) {}
  ~FileDescriptor() { close(); }
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  int number() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void close();

 private:
  int fd_;
};

// The functions return false, with errno set, where the system refused.
bool write_all(int fd, std::string_view bytes);
// Up to `size` bytes; fewer only at the end of the file.
bool read_all(int fd, std::string& into, std::size_t size);
bool sync_folder_of(const std::string& file);  // so that the names in it outlive a power failure

std::string system_message(int error);  // of an errno

}  // namespace beckon
