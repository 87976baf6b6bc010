// Takes one measure at one instant: its value, and the next instant at which time alone can change it.
#pragma once
#include "rules/language/scene.h"

namespace beckon::rules {

// A measure made ready for taking. Refers to the rule that it came from.
struct ReadyMeasure {
  const Measure* source = nullptr;
  Stream stream;
  Stream after;                           // kAbsent, and where the measure has a `since`
  const Score* score = nullptr;           // kScore; null: none of that name is declared
  std::vector<std::uint64_t> marks = {};  // kDecision: keys of the spends that count
};

struct Taken {
  std::int64_t value = 0;
  Instant next = kNever;     // until then, exclusive, the value stays as it is unless a signal or the context changes
  Instant witness = kNever;  // the newest signal that counts, or the anchor of an absence; kNever: there is none
  std::int64_t score = 0;    // kScore: the number itself, in millionths
};

// What the measure sees.
inline Scene::Sight sight_of(const ReadyMeasure& measure, Scene& scene) {
  return scene.sight(*measure.source, measure.after);
}

// The newest signal of the stream in sight, or kNever.
Instant newest_of(const Stream& stream, Scene& scene, const Scene::Sight& sight);

// For every measure and any later instant before `next` the same Taken comes out.
Taken take(const ReadyMeasure& measure, Scene& scene);

}  // namespace beckon::rules
