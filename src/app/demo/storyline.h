// What one synthetic shopper does, step by step. Pure: the same randomness gives the same shopper.
#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "base/random.h"

namespace beckon::app {

struct StoryStep {
  enum class Kind {
    kSignal,    // appends `text` with `value` and `amount`
    kResolve,   // asks at the trigger `text`, and shows what is to be shown
    kPrefetch,  // the same, but asks ahead
  };
  Kind kind = Kind::kSignal;
  std::string text;
  std::string value = {};
  double amount = 0;                  // in the metadata; 0: none
  std::chrono::seconds before_end{};  // a signal's own time: so long before the last step
};

struct Storyline {
  std::string session, visitor, country, device;
  std::vector<StoryStep> steps;
  bool clicks = false;  // on what is shown to it, or dismisses it
  bool converts = false;
};

// The shopper `number` of a run that began at `began_ms` (its session's name has both).
Storyline storyline(int number, long long began_ms, const std::string& handle, Random& random);

}  // namespace beckon::app
