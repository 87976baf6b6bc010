#include "system/process.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/time.h>

#include <fstream>
#include <thread>
#include <vector>

#include "system/clock.h"

namespace beckon {
namespace {

using namespace std::chrono_literals;

TEST(ProcessUse, CountsOpenFilesAndThreads) {
  std::jthread([] {}).join();  // the thread sanitizer begins one of its own with the first
  const auto before = process_use();
  ASSERT_TRUE(before);
  {
    std::vector<std::ifstream> files;
    for (int i = 0; i < 7; ++i) files.emplace_back("/dev/null");
    EXPECT_EQ(process_use()->open_files, before->open_files + 7);
  }
  EXPECT_EQ(process_use()->open_files, before->open_files);
  std::jthread another([](std::stop_token stop) {
    while (!stop.stop_requested()) std::this_thread::yield();
  });
  EXPECT_EQ(process_use()->threads, before->threads + 1);
}

TEST(ProcessUse, MeasuresWhatTheKernelSaysElsewhere) {
  std::vector<char> memory(64u << 20, 'x');
  const auto use = process_use();
  ASSERT_TRUE(use);
  EXPECT_GT(use->resident_bytes, memory.size());
  EXPECT_GE(use->virtual_bytes, use->resident_bytes);
  rlimit files{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &files), 0);
  EXPECT_EQ(use->most_files, files.rlim_cur);
  rusage spent{};
  ASSERT_EQ(::getrusage(RUSAGE_SELF, &spent), 0);
  const auto of = [](const timeval& time) { return time.tv_sec * 1000 + time.tv_usec / 1000; };
  EXPECT_NEAR(static_cast<double>(use->processor_time.count()),
              static_cast<double>(of(spent.ru_utime) + of(spent.ru_stime)), 500);
}

TEST(ProcessUse, SaysWhenTheProcessStarted) {
  const auto use = process_use();
  ASSERT_TRUE(use);
  const Instant now = SystemClock{}.now();
  EXPECT_LE(use->started_at, now + 2s);
  EXPECT_GT(use->started_at, now - 24h);
  EXPECT_EQ(process_use()->started_at, use->started_at);
}

TEST(Processors, AreThoseThatTheThreadMayRunOn) {
  std::thread([] {
    cpu_set_t allowed;
    ASSERT_EQ(::sched_getaffinity(0, sizeof allowed, &allowed), 0);
    EXPECT_EQ(processors(), static_cast<std::size_t>(CPU_COUNT(&allowed)));
    std::size_t one = 0;
    while (!CPU_ISSET(one, &allowed)) ++one;
    CPU_ZERO(&allowed);
    CPU_SET(one, &allowed);
    ASSERT_EQ(::sched_setaffinity(0, sizeof allowed, &allowed), 0);
    EXPECT_EQ(processors(), 1u);
  }).join();
}

}  // namespace
}  // namespace beckon
