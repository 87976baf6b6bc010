#include "simulator/fiber.h"

#include <sys/mman.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "base/check.h"
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#endif

namespace beckon::simulator {
namespace {

constexpr std::size_t kStack = std::size_t{1} << 20;  // bytes; pages that are never touched cost nothing
constexpr std::size_t kGuard = 4096;

Fiber* the_inside = nullptr;

}  // namespace

// Used again by later fibers.
struct Fiber::Stack {
  Stack() {
    if (!free().empty()) {
      bytes = free().back();
      free().pop_back();
      return;
    }
    void* const made =
        ::mmap(nullptr, kStack + kGuard, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    CHECK(made != MAP_FAILED);
    CHECK(::mprotect(made, kGuard, PROT_NONE) == 0);
    bytes = static_cast<char*>(made) + kGuard;
  }
  ~Stack() { free().push_back(bytes); }
  static std::vector<char*>& free() {
    static std::vector<char*> all;
    return all;
  }
  char* bytes = nullptr;
};

Fiber::Fiber(std::function<void()> body) : body_(std::move(body)), stack_(std::make_unique<Stack>()) {
  CHECK(::getcontext(&self_) == 0);
  self_.uc_stack.ss_sp = stack_->bytes;
  self_.uc_stack.ss_size = kStack;
  self_.uc_link = nullptr;
  const auto where = reinterpret_cast<std::uintptr_t>(this);
  ::makecontext(&self_, reinterpret_cast<void (*)()>(&Fiber::begin), 2, static_cast<unsigned>(where),
                static_cast<unsigned>(where >> 32));
#ifdef __SANITIZE_THREAD__
  thread_ = __tsan_create_fiber(0);
#endif
}

Fiber::~Fiber() {
  if (!ended_) {
    unwinds_ = true;
    enter();
    CHECK(ended_);
  }
#ifdef __SANITIZE_THREAD__
  __tsan_destroy_fiber(thread_);
#endif
}

void Fiber::begin(unsigned low, unsigned high) { reinterpret_cast<Fiber*>(std::uintptr_t{high} << 32 | low)->run(); }

void Fiber::run() {
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_finish_switch_fiber(nullptr, &outside_stack_, &outside_size_);
#endif
  try {
    if (!unwinds_) body_();
  } catch (const Unwound&) {
  } catch (...) {
    error_ = std::current_exception();
  }
  ended_ = true;
  leave(true);
}

void Fiber::enter() {
  CHECK(!the_inside);
  the_inside = this;
#ifdef __SANITIZE_ADDRESS__
  void* fake = nullptr;
  __sanitizer_start_switch_fiber(&fake, stack_->bytes, kStack);
#endif
#ifdef __SANITIZE_THREAD__
  outside_thread_ = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(thread_, 0);
#endif
  ::swapcontext(&outside_, &self_);
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_finish_switch_fiber(fake, nullptr, nullptr);
#endif
  the_inside = nullptr;
}

void Fiber::leave([[maybe_unused]] bool finally) {
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_start_switch_fiber(finally ? nullptr : &fake_, outside_stack_, outside_size_);
#endif
#ifdef __SANITIZE_THREAD__
  __tsan_switch_to_fiber(outside_thread_, 0);
#endif
  ::swapcontext(&self_, &outside_);
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_finish_switch_fiber(fake_, &outside_stack_, &outside_size_);
#endif
}

void Fiber::resume() {
  CHECK(!ended_);
  enter();
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

void Fiber::pause() {
  Fiber* const self = the_inside;
  CHECK(self && !self->unwinds_);
  self->leave(false);
  if (self->unwinds_) throw Unwound{};
}

bool Fiber::is_inside() { return the_inside != nullptr; }

}  // namespace beckon::simulator
