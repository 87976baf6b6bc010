#include "egress/endpoint_checks.h"

#include "egress/reserved_name.h"

namespace beckon::egress {

void EndpointChecks::start(std::string_view handle, std::string_view url, PolicySnapshot policy, Done done) {
  auto target = check_url(url, *policy);
  if (!target) return done(std::optional{target.error()});
  if (target->url.address || is_localhost(target->url.host)) return done(std::nullopt);  // checked with the text
  Check check{Handle(handle), std::move(*target), std::move(policy), std::move(done)};
  switch (places_.take(check.handle)) {
    case SharedPlaces::Taken::kHandleHasItsShare:
      return check.done(unexpected(unavailable("Too many endpoints of this handle are being checked.")));
    case SharedPlaces::Taken::kAllInUse:
      return check.done(unexpected(unavailable("Too many endpoints are being checked.")));
    case SharedPlaces::Taken::kYes: break;
  }
  {
    const std::lock_guard lock(mutex_);
    coming_.push_back(std::move(check));
  }
  loop_.wake();
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
  places_.leave(check.handle);
  if (lookup.outcome != Lookup::Outcome::kFound) return check.done(std::nullopt);
  const auto order = classify(lookup.addresses, check.target, *check.policy);
  check.done(order ? std::nullopt : std::optional{order.error()});
}

}  // namespace beckon::egress
