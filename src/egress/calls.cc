#include "egress/calls.h"

namespace beckon::egress {

void Calls::start(std::string_view line, Order order, Done done) {
  Call call{Handle(line), std::move(order), std::move(done)};
  if (places_.take(call.line) != SharedPlaces::Taken::kYes)
    return call.done(unexpected(unavailable("Too many requests to other servers are under way.")));
  {
    const std::lock_guard lock(mutex_);
    coming_.push_back(std::move(call));
  }
  network_.egress().wake();
}

void Calls::run(std::stop_token stop) {
  const std::stop_callback stopping(stop, [this] { network_.egress().wake(); });
  while (!stop.stop_requested()) {
    std::vector<Call> coming;
    {
      const std::lock_guard lock(mutex_);
      coming.swap(coming_);
    }
    for (Call& call : coming) begin(std::move(call));
    network_.egress().poll(std::chrono::minutes{1});
  }
}

void Calls::begin(Call call) {
  network_.egress().send(std::move(call.order),
                         [this, line = std::move(call.line), done = std::move(call.done)](Answer answer) mutable {
                           places_.leave(line);
                           done(std::move(answer));
                         });
}

}  // namespace beckon::egress
