// The attempts in flight, in two accounts: prompt ones, and slow ones: those that hang, or whose endpoint is slow.
#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "dispatch/limits.h"
#include "outbox/outbox.h"

namespace beckon::dispatch {

struct Flight {
  outbox::Delivery delivery;
  Instant started{};
  std::string url;
  std::string request_headers;  // as recorded
  std::string traceparent;      // as sent; empty if there is none
  bool slow = false;            // the account that counts it
};

// Confined to the dispatcher's thread.
class Flights {
 public:
  explicit Flights(const Limits& limits) : limits_(limits) {}

  bool has_room(bool slow) const;
  std::uint64_t begin(Flight flight);  // returns its number
  Flight end(std::uint64_t number);    // precondition: in flight

  // Moves attempts in flight for longer than slow_after to the slow account; returns their subscriptions.
  std::vector<SubscriptionId> age(Instant now);
  Instant next_age() const;  // when age() has something to do; kNever if there is nothing

  std::vector<Flight> abandon();  // removes and returns all
  std::size_t size() const { return flights_.size(); }

 private:
  int& account(bool slow) { return slow ? slow_ : prompt_; }

  const Limits& limits_;
  std::unordered_map<std::uint64_t, Flight> flights_;
  std::deque<std::pair<Instant, std::uint64_t>> by_start_;  // of the prompt account; some have ended meanwhile
  std::uint64_t begun_ = 0;
  int prompt_ = 0;
  int slow_ = 0;
};

}  // namespace beckon::dispatch
