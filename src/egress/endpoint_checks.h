// Checks an endpoint when a subscription is created or changed. Names are looked up on one thread that waits for all of
// them at once, so that a slow name server occupies no thread that other requests need.
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/shared_places.h"
#include "egress/cares_resolver.h"
#include "egress/guard.h"

namespace beckon::egress {

// Thread-safe, except run().
class EndpointChecks {
 public:
  struct Options {
    std::size_t at_once = 256;    // lookups in progress; beyond that kUnavailable
    std::size_t per_handle = 64;  // of these, for one handle; beyond that the same
    Duration at_most{3'000};      // for a lookup; safety.md section 1, rule 5
  };
  // std::nullopt if the endpoint is acceptable. Fault: kUnavailable if it was not checked.
  using Checked = Result<std::optional<Refusal>>;
  using Done = std::move_only_function<void(const Checked&)>;

  EndpointChecks(ResolverSettings settings, Options options)
      : settings_(std::move(settings)), options_(options), places_(options.at_once, options.per_handle) {}

  // Calls `done` once: before this returns if no lookup is needed, otherwise within `at_most` on the thread of run(),
  // where it must not block. A name that does not resolve now is accepted, because it may later. `done` is dropped if
  // run() has ended.
  void start(std::string_view handle, std::string_view url, PolicySnapshot policy, Done done);

  // The thread's body: runs until stopped, then drops checks in progress.
  void run(std::stop_token stop);

  const SharedPlaces& places() const { return places_; }  // of the lookups in progress

 private:
  struct Check {
    Handle handle;
    Target target;
    PolicySnapshot policy;
    Done done;
  };
  void begin(CaresResolver& resolver, Check check);
  void end(Check& check, const Lookup& lookup);

  const ResolverSettings settings_;
  const Options options_;
  EventLoop loop_;  // polled only by run()
  SharedPlaces places_;
  std::mutex mutex_;
  std::vector<Check> coming_;  // since the loop last checked
};

}  // namespace beckon::egress
