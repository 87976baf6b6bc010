// The value of a measure at an instant, and the next instant at which time alone can change it.
#pragma once
#include "rules/language/scene.h"

namespace beckon::rules {

// A prepared measure. Refers to the rule that it came from.
struct ReadyMeasure {
  const Measure* source = nullptr;
  Stream stream;
  Stream after;                           // kAbsent, and if the measure has a `since`
  const Score* score = nullptr;           // kScore; null if no such score is declared
  std::vector<std::uint64_t> marks = {};  // kDecision: keys of the exposures that count
  std::uint32_t nth = 0;                  // if not 0, it is an age (age.h): of the nth newest signal
};

struct Taken {
  std::int64_t value = 0;
  Instant next = kNever;     // until then, exclusive, the value only changes with a signal or the context
  Instant witness = kNever;  // the newest signal that counts, or the anchor of an absence; kNever if none
  std::int64_t score = 0;    // kScore: the score itself, in millionths
};

// The range of the measure.
inline Scene::Sight sight_of(const ReadyMeasure& measure, Scene& scene) {
  return scene.sight(*measure.source, measure.after);
}

// The newest signal of the stream in the range, or kNever.
Instant newest_of(const Stream& stream, Scene& scene, const Scene::Sight& sight);

// At any later instant before `next`, the result is the same.
Taken take(const ReadyMeasure& measure, Scene& scene);

}  // namespace beckon::rules
