// The steps of one synthetic shopper. Pure: the same random numbers give the same shopper.
#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "base/random.h"

namespace beckon::app {

struct StoryStep {
  enum class Kind {
    kSignal,    // appends `text` with `value` and `amount`
    kResolve,   // resolves the trigger `text` and reports an action as shown
    kPrefetch,  // likewise, with a prefetch
  };
  Kind kind = Kind::kSignal;
  std::string text;
  std::string value = {};
  double amount = 0;                  // in the metadata; 0 if none
  std::chrono::seconds before_end{};  // a signal's own time, relative to the last step
};

struct Storyline {
  std::string session, visitor, country, device;
  std::vector<StoryStep> steps;
  bool clicks = false;  // clicks the action, otherwise dismisses it
  bool converts = false;
};

// The shopper `number` of a run that started at `began_ms` (both are part of its session id).
Storyline storyline(int number, long long began_ms, const std::string& handle, Random& random);

}  // namespace beckon::app
