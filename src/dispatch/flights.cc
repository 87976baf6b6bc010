#include "dispatch/flights.h"

#include "base/check.h"
#include "base/planted.h"
#include "dispatch/endpoint_queues.h"

namespace beckon::dispatch {

bool Flights::has_room(bool slow) const {
  if (planted(Planted::kOneAccount)) return prompt_ + slow_ < limits_.in_flight;
  return (slow ? slow_ : prompt_) < limits_.in_flight && prompt_ + slow_ < limits_.in_flight_ceiling;
}

std::uint64_t Flights::begin(Flight flight) {
  const std::uint64_t number = ++begun_;
  ++account(flight.slow);
  if (!flight.slow) by_start_.emplace_back(flight.started, number);
  flights_.emplace(number, std::move(flight));
  return number;
}

Flight Flights::end(std::uint64_t number) {
  const auto found = flights_.find(number);
  CHECK(found != flights_.end());
  Flight flight = std::move(found->second);
  flights_.erase(found);
  --account(flight.slow);
  while (!by_start_.empty() && !flights_.contains(by_start_.front().second)) by_start_.pop_front();
  return flight;
}

std::vector<SubscriptionId> Flights::age(Instant now) {
  std::vector<SubscriptionId> slow;
  while (next_age() <= now) {
    const auto found = flights_.find(by_start_.front().second);
    by_start_.pop_front();
    if (found == flights_.end()) continue;
    found->second.slow = true;
    --prompt_;
    ++slow_;
    slow.push_back(found->second.delivery.subscription);
  }
  return slow;
}

Instant Flights::next_age() const { return by_start_.empty() ? kNever : by_start_.front().first + limits_.slow_after; }

std::vector<Flight> Flights::abandon() {
  std::vector<Flight> all;
  all.reserve(flights_.size());
  for (auto& [number, flight] : flights_) all.push_back(std::move(flight));
  flights_.clear();
  by_start_.clear();
  prompt_ = slow_ = 0;
  return all;
}

}  // namespace beckon::dispatch
