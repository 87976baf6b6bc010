// Files that are to go however a command ends: at its end, at a signal, or because what it waits for has stalled.
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

// One for a command, made before other threads are: they must not take the signals that end it. Thread-safe.
class Cleanup {
 public:
  // Where nothing has progressed for `stalled`, prints what is stalled, removes the files and ends the process with 1.
  // Zero: never.
  explicit Cleanup(Duration stalled = {});
  ~Cleanup();
  Cleanup(const Cleanup&) = delete;
  Cleanup& operator=(const Cleanup&) = delete;

  // A new folder (0700) in `where`; empty: in TMPDIR, or /tmp. It goes with all that is in it.
  Result<std::string> make_folder(std::string where);
  // A new file (0600) for writing; none, with errno set, if it cannot be created.
  FileDescriptor make_file(const std::string& path);
  void add(const std::string& path);     // a file that others make
  void remove(const std::string& path);  // now
  void keep(const std::string& path);    // it stays

  void begin(const std::string& what);  // what may stall now, as "writing FILE"
  void progressed() { ++progress_; }

 private:
  void watch(const std::stop_token& stop);
  void remove_all();  // under mutex_
  [[noreturn]] void end(int status);

  const Duration stalled_;
  std::mutex mutex_;  // locked where a file is made, and for good by end()
  std::vector<std::string> paths_;
  std::mutex naming_;  // never held while a disk is waited for
  std::string what_;
  std::atomic<std::uint64_t> progress_{0};
  sigset_t signals_{}, before_{};
  std::jthread watcher_;
};

}  // namespace beckon::app
