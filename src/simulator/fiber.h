// A flow of control with a stack of its own, which can stand still in the middle: so that a commit which waits for its
// database holds up nobody else. One thread runs all of them, one at a time.
#pragma once
#include <ucontext.h>

#include <exception>
#include <functional>
#include <memory>

namespace beckon::simulator {

// Not thread-safe. Moved nowhere: what runs on its stack may know where it is.
class Fiber {
 public:
  struct Unwound {};  // what pause() throws in one that is destroyed before its end

  explicit Fiber(std::function<void()> body);
  ~Fiber();  // from outside of it
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // From outside of any: runs it until it pauses or ends. Throws what ended it.
  void resume();
  bool has_ended() const { return ended_; }
  static void pause();  // of the one that runs
  static bool is_inside();

 private:
  struct Stack;
  static void begin(unsigned low, unsigned high);
  void run();
  void enter();
  void leave(bool finally);

  std::function<void()> body_;
  std::unique_ptr<Stack> stack_;
  ucontext_t self_{}, outside_{};
  std::exception_ptr error_;
  bool ended_ = false, unwinds_ = false;
  // What the sanitizers must know of a change of stacks.
  void* fake_ = nullptr;
  const void* outside_stack_ = nullptr;
  std::size_t outside_size_ = 0;
  void* thread_ = nullptr;
  void* outside_thread_ = nullptr;
};

}  // namespace beckon::simulator
