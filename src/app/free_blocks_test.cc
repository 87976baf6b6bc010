// This test program has the allocator of the server (free_blocks.cc), except under a sanitizer, which has its own.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/random.h"

namespace beckon {
namespace {

// A block filled with a byte of its own, which shows whether somebody else has written to it.
class Filled {
 public:
  Filled(std::size_t size, unsigned char byte) : bytes_(static_cast<unsigned char*>(::operator new(size))) {
    size_ = size;
    byte_ = byte;
    std::memset(bytes_, byte, size);
  }
  Filled(Filled&& other) noexcept : bytes_(std::exchange(other.bytes_, nullptr)) {
    size_ = other.size_;
    byte_ = other.byte_;
  }
  Filled& operator=(Filled&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(size_, other.size_);
    std::swap(byte_, other.byte_);
    return *this;
  }
  ~Filled() { size_ % 3 == 0 ? ::operator delete(bytes_) : ::operator delete(bytes_, size_); }

  bool is_whole() const {
    return std::all_of(bytes_, bytes_ + size_, [&](unsigned char byte) { return byte == byte_; });
  }
  bool is_aligned() const { return reinterpret_cast<std::uintptr_t>(bytes_) % alignof(std::max_align_t) == 0; }

 private:
  unsigned char* bytes_;
  std::size_t size_ = 0;
  unsigned char byte_ = 0;
};

TEST(FreeBlocks, OfAnySizeAreTheirOwnersAloneOnWhateverThreadTheyEnd) {
  std::mutex mutex;
  std::vector<Filled> handed_over;
  const auto run = [&](std::uint64_t seed) {
    SeededRandom random(seed);
    std::vector<Filled> own;
    for (int i = 0; i < 40'000; ++i) {
      const std::uint64_t kind = random.next() % 16;
      const std::size_t size = random.next() % (kind == 0 ? 20'000 : kind < 6 ? 2'000 : 200);
      own.emplace_back(size, static_cast<unsigned char>(random.next()));
      ASSERT_TRUE(own.back().is_aligned());
      if (own.size() < 200) continue;
      for (std::size_t gone = random.next() % 200; gone > 0; --gone) {
        std::swap(own[random.next() % own.size()], own.back());
        if (gone % 4 == 0) {
          const std::lock_guard lock(mutex);
          handed_over.emplace_back(8, static_cast<unsigned char>(gone));
          std::swap(handed_over[random.next() % handed_over.size()], own.back());
        }
        ASSERT_TRUE(own.back().is_whole());
        own.pop_back();
      }
    }
    const std::lock_guard lock(mutex);
    std::ranges::move(own, std::back_inserter(handed_over));
  };
  std::vector<std::thread> threads;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) threads.emplace_back(run, seed);
  for (std::thread& thread : threads) thread.join();
  for (const Filled& one : handed_over) ASSERT_TRUE(one.is_whole());
}

}  // namespace
}  // namespace beckon
