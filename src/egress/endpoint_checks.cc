#include "egress/endpoint_checks.h"

#include "egress/reserved_name.h"

namespace beckon::egress {

void EndpointChecks::start(std::string_view handle, std::string_view url, PolicySnapshot policy, Done done) {
  auto target = check_url(url, *policy);
  if (!target) return done(std::optional{target.error()});
  if (target->url.address || is_localhost(target->url.host)) return done(std::nullopt);  // judged with the text
  Check check{std::string(handle), std::move(*target), std::move(policy), std::move(done)};
  if (auto fault = take_place(check.handle)) return check.done(unexpected(std::move(*fault)));
  {
    const std::lock_guard lock(mutex_);
    coming_.push_back(std::move(check));
  }
  loop_.wake();
}

std::optional<Fault> EndpointChecks::take_place(const std::string& handle) {
  const std::lock_guard lock(mutex_);
  const auto own = places_.find(handle);
  if (own != places_.end() && own->second >= options_.per_handle) {
    ++refused_.of_handle;
    return unavailable("Too many endpoints of this handle are being checked.");
  }
  if (count_ >= options_.at_once) {
    ++refused_.in_all;
    return unavailable("Too many endpoints are being checked.");
  }
  ++places_[handle];
  ++count_;
  return std::nullopt;
}

std::size_t EndpointChecks::under_way() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

void EndpointChecks::run(std::stop_token stop) {
  CaresResolver resolver(loop_, settings_);
  const std::stop_callback stopping(stop, [this] { loop_.wake(); });
  while (!stop.stop_requested()) {
    std::vector<Check> coming;
    {
      const std::lock_guard lock(mutex_);
      coming.swap(coming_);
    }
    for (Check& check : coming) begin(resolver, std::move(check));
    loop_.poll(std::chrono::minutes{1});
  }
}

void EndpointChecks::begin(CaresResolver& resolver, Check check) {
  const std::string name = check.target.url.host;
  resolver.start(name, options_.at_most,
                 [this, check = std::move(check)](const Lookup& lookup) mutable { end(check, lookup); });
}

void EndpointChecks::end(Check& check, const Lookup& lookup) {
  {
    const std::lock_guard lock(mutex_);
    const auto own = places_.find(check.handle);
    if (--own->second == 0) places_.erase(own);
    --count_;
  }
  if (lookup.outcome != Lookup::Outcome::kFound) return check.done(std::nullopt);
  const auto order = classify(lookup.addresses, check.target, *check.policy);
  check.done(order ? std::nullopt : std::optional{order.error()});
}

}  // namespace beckon::egress
