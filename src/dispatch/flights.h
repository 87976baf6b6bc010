// The attempts under way, in two accounts: prompt ones, and those that hang or belong to a lane that does.
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
  std::string request_headers;  // as recorded
  bool slow = false;            // the account it stands in
};

// Confined to the loop.
class Flights {
 public:
  explicit Flights(const Limits& limits) : limits_(limits) {}

  bool has_room(bool slow) const;
  std::uint64_t begin(Flight flight);  // a number of its own
  Flight end(std::uint64_t number);    // precondition: under way

  // Moves what has been under way for slow_after to the slow account; the subscriptions that this tells to be slow.
  std::vector<SubscriptionId> age(Instant now);
  Instant next_age() const;  // when age has something to do; kNever: never

  std::vector<Flight> abandon();  // all that are under way; there is none then
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
