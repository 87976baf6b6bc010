// File operations below streams: RAII descriptors, complete writes, and syncs of folders.
#pragma once
#include <string>
#include <string_view>
#include <utility>

namespace beckon {

// Closes its descriptor; -1 if there is none.
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

// On failure these functions return false and set errno.
bool write_all(int fd, std::string_view bytes);
// Up to `size` bytes; fewer only at the end of the file.
bool read_all(int fd, std::string& into, std::size_t size);
bool sync_folder_of(const std::string& file);  // makes its file names survive a power failure

std::string system_message(int error);  // of an errno

}  // namespace beckon
