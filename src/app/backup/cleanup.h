// Files to remove however a command ends: normally, by a signal, or because what it waits for has stalled.
#pragma once
#include <atomic>
#include <csignal>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/instant.h"
#include "base/result.h"
#include "system/files.h"

namespace beckon::app {

// One per command, created before other threads, which must not receive the signals that end it. Thread-safe.
class Cleanup {
 public:
  // After `stalled` without progress, prints what has stalled, removes the files and ends the process with 1. Zero:
  // never.
  explicit Cleanup(Duration stalled = {});
  ~Cleanup();
  Cleanup(const Cleanup&) = delete;
  Cleanup& operator=(const Cleanup&) = delete;

  // A new folder (0700) in `where`, or if that is empty in TMPDIR or /tmp. Removed with its contents.
  Result<std::string> make_folder(std::string where);
  // A new file (0600) for writing; an invalid descriptor, with errno set, if it cannot be created.
  FileDescriptor make_file(const std::string& path);
  void add(const std::string& path);     // a file created by others
  void remove(const std::string& path);  // immediately
  void keep(const std::string& path);    // it is not removed

  void begin(const std::string& what);  // what may stall now, such as "writing FILE"
  void progressed() { ++progress_; }

 private:
  void watch(const std::stop_token& stop);
  void remove_all();  // under mutex_
  [[noreturn]] void end(int status);

  const Duration stalled_;
  std::mutex mutex_;  // locked while a file is created, and permanently by end()
  std::vector<std::string> paths_;
  std::mutex naming_;  // never held while waiting for a disk
  std::string what_;
  std::atomic<std::uint64_t> progress_{0};
  sigset_t signals_{}, before_{};
  std::jthread watcher_;
};

}  // namespace beckon::app
