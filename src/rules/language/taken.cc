#include "rules/language/taken.h"

#include "rules/language/measure_definition.h"

namespace beckon::rules {

Instant newest_of(const Stream& stream, Scene& scene, const Scene::Sight& sight) {
  Instant newest = kNever;
  scene.newest_first(stream, sight, [&newest](std::size_t, Instant at) {
    newest = at;
    return false;
  });
  return newest;
}

Taken take(const ReadyMeasure& measure, Scene& scene) {
  return definition_of(measure.source->kind).take(measure, scene);
}

}  // namespace beckon::rules
