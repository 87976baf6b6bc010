#include "rules/language/age.h"

#include <algorithm>

#include "rules/language/measures/shared.h"

namespace beckon::rules {

namespace {

Age age_of_newest(const ReadyMeasure& measure, Scene& scene, std::int64_t none) {
  const Scene::Sight sight = sight_of(measure, scene);
  const std::size_t nth = measure.nth - static_cast<std::size_t>(off_by_one(Planted::kNthNewer));
  Age age{.ms = none, .none = none, .comes = std::min(scene.next_to_come(measure.stream), sight.comes)};
  const auto found = [&](Instant at) { age.ms = (scene.now() - at).count(), age.leaves = sight.leaves(at); };
  if (measure.stream.key_alone && measure.stream.key != Stream::kEveryKey) {
    const auto places = scene.places_of(measure.stream, sight);
    if (places.size() >= nth && nth > 0) found(scene.at(places[places.size() - nth]));
    return age;
  }
  std::size_t seen = 0;
  scene.newest_first(measure.stream, sight, [&](std::size_t, Instant at) {
    if (++seen < nth) return true;
    found(at);
    return false;
  });
  return age;
}

}  // namespace

AgeBounds nth_newest(const Measure& of, std::int64_t nth) {
  AgeBounds bounds{.of = of, .nth = static_cast<std::uint32_t>(nth)};
  bounds.of.kind = MeasureKind::kSeen;
  bounds.of.within = bounds.of.least_age = bounds.of.most_age = Duration{};
  bounds.most = (of.within == Duration{} ? kNoAge : of.within.count() + off_by_one(Planted::kAgeBoundMore)) - 1;
  return bounds;
}

Age age_of(const ReadyMeasure& measure, Scene& scene) {
  const MeasureKind kind = measure.source->kind;
  if (kind == MeasureKind::kAbsent) return measures::absent::age_of_wait(measure, scene);
  return age_of_newest(measure, scene, kind == MeasureKind::kLast ? -1 : kNoAge);
}

}  // namespace beckon::rules
