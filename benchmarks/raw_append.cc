// The baseline for durable appends: a number of producers, each waiting until its record is on disk, and one writer
// that appends all pending records and syncs once. No format, no index, no response.
//
//   raw_append FILE PRODUCERS BYTES SECONDS     prints appends per second
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/check.h"

namespace {

struct Log {
  std::mutex mutex;
  std::condition_variable come, synced;
  std::string waiting;
  std::uint64_t batch = 1, done = 0;  // the batch being collected, and the last one on disk
  bool stop = false;
};

void produce(Log& log, const std::string& record, std::atomic<std::uint64_t>& appended) {
  std::unique_lock lock(log.mutex);
  while (!log.stop) {
    const bool first = log.waiting.empty();
    log.waiting += record;
    const std::uint64_t mine = log.batch;
    if (first) log.come.notify_one();
    log.synced.wait(lock, [&] { return log.done >= mine || log.stop; });
    if (log.done >= mine) ++appended;
  }
}

void write_all(Log& log, int fd) {
  std::string bytes;
  std::unique_lock lock(log.mutex);
  for (;;) {
    log.come.wait(lock, [&] { return !log.waiting.empty() || log.stop; });
    if (log.stop) return;
    bytes.clear();
    bytes.swap(log.waiting);
    const std::uint64_t mine = log.batch++;
    lock.unlock();
    CHECK(::write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    CHECK(::fdatasync(fd) == 0);
    lock.lock();
    log.done = mine;
    log.synced.notify_all();
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return std::fprintf(stderr, "usage: raw_append FILE PRODUCERS BYTES SECONDS\n"), 2;
  const int fd = ::open(argv[1], O_CREAT | O_TRUNC | O_APPEND | O_WRONLY | O_CLOEXEC, 0600);
  CHECK(fd >= 0);
  Log log;
  std::atomic<std::uint64_t> appended{0};
  const std::string record(std::strtoul(argv[3], nullptr, 10), 'x');
  const double seconds = std::strtod(argv[4], nullptr);
  std::vector<std::thread> threads;
  threads.emplace_back([&] { write_all(log, fd); });
  for (unsigned long i = std::strtoul(argv[2], nullptr, 10); i > 0; --i)
    threads.emplace_back([&] { produce(log, record, appended); });
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  {
    const std::lock_guard lock(log.mutex);
    log.stop = true;
  }
  log.come.notify_all();
  log.synced.notify_all();
  for (std::thread& thread : threads) thread.join();
  std::printf("%.0f\n", static_cast<double>(appended) / seconds);
}
