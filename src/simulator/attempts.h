// Checks of each attempt as it starts: P4 (once, except after a crash, and with the same id), P5 (none after a
// deletion), P6 (the schedule), the order within a session, and P12 and P13 (healthy endpoints do not have to wait).
#pragma once
#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>

#include "dispatch/sender.h"
#include "outbox/outbox.h"
#include "outbox/retry_schedule.h"
#include "outbox/settlements.h"
#include "simulator/outside.h"

namespace beckon::simulator {

// A request as received.
struct Received {
  int life = 0;  // of the process that sent it
  std::size_t subscription = 0;
  int address = 0;
  std::string event;  // webhook-id
  int attempt = 0;    // x-arjun-attempt
  std::string_view type;
  std::optional<std::size_t> signal;  // the number in its value
  std::optional<std::size_t> anchor;  // of a message: the signal that started the rule's wait
  std::size_t body = 0;               // a hash
};

// Not thread-safe; outlives the processes.
class Attempts {
 public:
  // How long a healthy endpoint's delivery may wait for its first attempt, regardless of the others.
  static constexpr Duration kPrompt = std::chrono::seconds{3};

  Attempts(Stage& stage, Outside& outside) : stage_(stage), outside_(outside) {}

  std::function<void(const Received& request)> message_begins;  // of a delayed rule, not resent by an operator

  int begin_life(const outbox::RetrySchedule& schedule, outbox::Outbox& outbox);  // its number, for its requests
  void begun(const Received& request);
  void ended(const Received& request, const dispatch::SendResult& result);
  void written(const outbox::Settled& settled);  // its commit was acknowledged to the dispatcher

  // Until then, and for a while after, delays are allowed: the process was down, the disk full, or the clock was set.
  void disturbed(Duration until) { disturbed_until_ = std::max(disturbed_until_, until); }
  // The clock is set back. Waiting deliveries are moved along if the process survives to write that; otherwise they
  // wait for the recorded times.
  void set_back(Duration by);

  // The database has lost what it had written of these: it is done again.
  void lost(const std::function<bool(std::size_t subscription)>& of);

  bool clocks_differ = false;  // of nodes: what one computes comes early or late by another's

  // The history of one event at one subscription.
  struct Line {
    std::size_t subscription = 0;
    std::size_t body = 0;
    int last = 0;  // number of the latest attempt
    int life = 0;  // life of the process in which it started
    bool in_flight = false;
    bool may_be_lost = false;    // some of what is written of it
    int successes = 0;           // successful responses that reached the dispatcher
    int written = 0;             // number of the latest attempt whose result is written
    int ends = 0;                // written results after which nothing follows automatically
    std::map<int, int> answers;  // by attempt: its status, or 0 if there was none
    std::map<int, int> kept;     // those whose results are written
    // The earliest time of the attempt after `waits_behind`, unless an operator resends it.
    int waits_behind = 0;
    Instant earliest{};
    int turns = 0, again = 0;
  };
  const Line* find(std::size_t subscription, const std::string& event) const;
  int again(std::size_t subscription, const std::string& event) const;  // how often an operator requested a resend
  std::string words(const Received& request) const;
  void sent_again(std::size_t subscription, const std::string& event) { ++retried_[key(subscription, event)]; }

 private:
  static std::string key(std::size_t subscription, const std::string& event) {
    return std::to_string(subscription) + event;
  }
  void is_once(const Received& request, const Line& line) const;
  void is_allowed(const Received& request, const KnownSubscription& subscription) const;
  void is_in_time(const Received& request, const Line& line) const;
  void is_in_order(const Received& request, const KnownSubscription& subscription) const;
  void is_prompt(const Received& request, const KnownSubscription& subscription);

  Stage& stage_;
  Outside& outside_;
  outbox::RetrySchedule schedule_;
  std::vector<outbox::Outbox*> outboxes_;  // by life, from 1
  Duration disturbed_until_{};
  std::unordered_map<std::string, Line> lines_;
  std::unordered_map<std::string, int> retried_;
  mutable std::unordered_map<std::string, std::size_t> bodies_;  // by webhook-id
};

}  // namespace beckon::simulator
