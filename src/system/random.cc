#include "system/random.h"

#include <sodium.h>

#include <array>
#include <cstring>

#include "base/check.h"

namespace beckon {

SystemRandom::SystemRandom() {
  // ChaCha20 in user space, seeded by the kernel: a decision needs no system call for its id.
  randombytes_set_implementation(&randombytes_internal_implementation);
  CHECK(sodium_init() >= 0);
}

// Ids need few bytes at a time: they are taken from the thread's own buffer, and wiped there.
void SystemRandom::fill(std::span<std::byte> bytes) {
  constexpr std::size_t kSmall = 16;
  thread_local std::array<std::byte, 64 * kSmall> stock;
  thread_local std::size_t left = 0;
  if (bytes.size() > kSmall) return randombytes_buf(bytes.data(), bytes.size());
  if (left < bytes.size()) {
    randombytes_buf(stock.data(), stock.size());
    left = stock.size();
  }
  left -= bytes.size();
  std::memcpy(bytes.data(), stock.data() + left, bytes.size());
  sodium_memzero(stock.data() + left, bytes.size());
}

}  // namespace beckon
