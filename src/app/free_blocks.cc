// The program's operator new and delete: malloc, with the blocks that a thread has freed kept for its next ones, by
// size.
//
// A commit frees the former versions of its sessions at once, and the next one takes as many blocks of the same sizes.
// malloc keeps seven of a size for a thread; those beyond take it five times as many instructions. Sizes are those of
// malloc's own blocks, so that none takes more memory than it would there. A thread that only frees a size, since
// others allocate it, keeps few of it, so that room is left for the others.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <utility>

// The sanitizers have their own, and find what is used after it was freed.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

namespace {

constexpr std::size_t kLargest = 12 * 1024;     // bytes: the entries of a window of 200 signals fit
constexpr std::size_t kKept = 1024 * 1024;      // bytes that a thread keeps, at most
constexpr std::size_t kKeptOfSize = 48 * 1024;  // of them, in blocks of one size

// The blocks of malloc hold 24 bytes, 40, 56 …
constexpr std::size_t list_of(std::size_t size) { return (size + 7) / 16; }
constexpr std::size_t size_of(std::size_t list) { return list * 16 + 8; }

struct Block {
  Block* next;
};

struct List {
  Block* first = nullptr;
  std::size_t bytes = 0;
};

struct FreeBlocks {
  std::array<List, list_of(kLargest) + 1> lists{};
  std::size_t room = kKept;  // bytes
};
constinit thread_local FreeBlocks kept;

// Frees them when the thread ends. What it deletes afterwards goes straight to malloc.
struct Ending {
  bool is_needed = false;
  ~Ending() {
    for (List& list : kept.lists)
      while (list.first) std::free(std::exchange(list.first, list.first->next));
    kept.room = 0;
  }
};
thread_local Ending ending;

void* taken_from_malloc(std::size_t size) {
  ending.is_needed = true;
  for (;;) {
    if (void* block = std::malloc(size)) return block;
    const std::new_handler handler = std::get_new_handler();
    if (!handler) throw std::bad_alloc();
    handler();
  }
}

}  // namespace

void* operator new(std::size_t size) {
  if (size > kLargest) return taken_from_malloc(size);
  const std::size_t bytes = size_of(list_of(size));
  List& list = kept.lists[list_of(size)];
  Block* const block = list.first;
  if (!block) return taken_from_malloc(bytes);
  list.first = block->next;
  list.bytes -= bytes;
  kept.room += bytes;
  return block;
}

void operator delete(void* block) noexcept { std::free(block); }

void operator delete(void* block, std::size_t size) noexcept {
  if (!block || size > kLargest) return std::free(block);
  const std::size_t bytes = size_of(list_of(size));
  List& list = kept.lists[list_of(size)];
  if (list.bytes + bytes > kKeptOfSize || bytes > kept.room) return std::free(block);
  list.first = new (block) Block{list.first};
  list.bytes += bytes;
  kept.room -= bytes;
}

#endif
