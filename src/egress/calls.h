// Guarded requests from any thread, such as to an identity provider, sent on one thread that waits for all of them at
// once, so that callers do not occupy a thread.
#pragma once
#include <functional>
#include <mutex>
#include <stop_token>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/shared_places.h"
#include "egress/network.h"

namespace beckon::egress {

// Thread-safe, except run().
class Calls {
 public:
  struct Options {
    std::size_t at_once = 64;   // in progress; beyond that kUnavailable
    std::size_t per_line = 32;  // of these, for one line; beyond that the same
  };
  using Done = std::move_only_function<void(Result<Answer>)>;  // Fault: kUnavailable, nothing was sent

  // `clock` outlives it.
  Calls(const Clock& clock, const NetworkSettings& settings, Options options)
      : network_(clock, settings), places_(options.at_once, options.per_line) {}

  // Calls `done` once: before this returns if nothing is sent, otherwise within order.limits.whole on the thread of
  // run(), where it must not block. It may start other calls. `done` is dropped if run() has ended. `line` is what the
  // call counts toward, such as the name of a provider.
  void start(std::string_view line, Order order, Done done);

  // The thread's body: runs until stopped, then drops calls in progress.
  void run(std::stop_token stop);

  const SharedPlaces& places() const { return places_; }  // of the calls in progress

 private:
  struct Call {
    Handle line;
    Order order;
    Done done;
  };
  void begin(Call call);

  Network network_;  // used only by run()
  SharedPlaces places_;
  std::mutex mutex_;
  std::vector<Call> coming_;  // since the thread last checked
};

}  // namespace beckon::egress
