// A virtual network: receivers respond according to their behavior, after some virtual time, or never.
#pragma once
#include <algorithm>
#include <map>
#include <memory>

#include "simulator/attempts.h"

namespace beckon::simulator {

// Not thread-safe; outlives the processes.
class Network final : public dispatch::Sender {
 public:
  Network(Stage& stage, Outside& outside, Attempts& attempts) : stage_(stage), outside_(outside), attempts_(attempts) {}

  void send(dispatch::SendRequest request, Completion done) override;
  void poll(Duration most) override;
  void wake() override;
  void abandon() override { under_way_.clear(); }

  Duration next() const { return next_; }  // when the dispatcher must run again
  void hurry(Duration by) { next_ = std::min(next_, by); }
  void begin_step() { next_ = Duration::max(); }  // the dispatcher will set it again
  bool calm = false;                              // all receivers behave as healthy
  int life = 0;                                   // of the process that sends

  static std::string address(std::size_t subscription, int number);

 private:
  struct UnderWay {
    Received request;
    std::shared_ptr<const std::string> body;  // referenced by `request`
    dispatch::SendResult result;
    Completion done;
  };
  struct Reply {
    dispatch::SendResult result;
    Duration behind{};
  };
  Received read(const dispatch::SendRequest& request) const;
  Reply reply_of(const KnownSubscription& subscription, Duration whole);

  Stage& stage_;
  Outside& outside_;
  Attempts& attempts_;
  std::multimap<Duration, UnderWay> under_way_;
  Duration next_{};
  bool woken_ = false;
};

}  // namespace beckon::simulator
