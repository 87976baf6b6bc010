#include "rules/measure.h"

#include "rules/decimal.h"
#include "rules/digest.h"

namespace beckon::rules {

namespace {

Taken take_seen(const ReadyMeasure& measure, Scene& scene) {
  const Duration span = scene.span(measure.source->within);
  Taken taken{.next = scene.next_to_come(measure.stream), .witness = newest_of(measure.stream, scene, scene.now() - span)};
  if (taken.witness == kNever) return taken;
  taken.value = 1;
  taken.next = std::min(taken.next, taken.witness + span);
  return taken;
}

Taken take_count(const ReadyMeasure& measure, Scene& scene) {
  const Duration span = scene.span(measure.source->within);
  Taken taken{.next = scene.next_to_come(measure.stream)};
  Instant oldest = kNever;
  if (measure.stream.key_alone && measure.stream.key != Stream::kEveryKey) {
    const auto instants = scene.instants(measure.stream, scene.now() - span);
    taken.value = static_cast<std::int64_t>(instants.size());
    if (instants.empty()) return taken;
    taken.witness = instants.back();
    taken.next = std::min(taken.next, instants.front() + span);
    return taken;
  }
  scene.newest_first(measure.stream, scene.now() - span, [&](std::size_t, Instant at) {
    if (taken.value++ == 0) taken.witness = at;
    oldest = at;
    return true;
  });
  if (taken.value > 0) taken.next = std::min(taken.next, oldest + span);
  return taken;
}

// The number changes when the newest signal of some value leaves.
Taken take_distinct(const ReadyMeasure& measure, Scene& scene) {
  const Duration span = scene.span(measure.source->within);
  Taken taken{.next = scene.next_to_come(measure.stream)};
  std::array<std::string_view, ledger::Window::kCapacity> values;
  std::size_t size = 0;
  scene.newest_first(measure.stream, scene.now() - span, [&](std::size_t i, Instant at) {
    const ledger::Signal signal = scene.signal(i);
    if (!signal.has_value || std::find(values.begin(), values.begin() + size, signal.value) != values.begin() + size)
      return true;
    values[size++] = signal.value;
    if (size == 1) taken.witness = at;
    taken.next = std::min(taken.next, at + span);
    return true;
  });
  taken.value = static_cast<std::int64_t>(size);
  return taken;
}

Taken take_sum(const ReadyMeasure& measure, Scene& scene) {
  const Duration span = scene.span(measure.source->within);
  Taken taken{.value = kNothing, .next = scene.next_to_come(measure.stream)};
  scene.newest_first(measure.stream, scene.now() - span, [&](std::size_t i, Instant at) {
    const auto amount = number_in(scene.signal(i).metadata, measure.source->field);
    if (!amount) return true;
    if (taken.value == kNothing) taken.value = 0, taken.witness = at;
    taken.value += *amount;
    taken.next = std::min(taken.next, at + span);
    return true;
  });
  return taken;
}

// Changes when the newest signal that has the greatest amount leaves.
Taken take_max(const ReadyMeasure& measure, Scene& scene) {
  const Duration span = scene.span(measure.source->within);
  Taken taken{.value = kNothing, .next = scene.next_to_come(measure.stream)};
  scene.newest_first(measure.stream, scene.now() - span, [&](std::size_t i, Instant at) {
    const auto amount = number_in(scene.signal(i).metadata, measure.source->field);
    if (amount && *amount > taken.value) taken.value = *amount, taken.witness = at;
    return true;
  });
  if (taken.value != kNothing) taken.next = std::min(taken.next, taken.witness + span);
  return taken;
}

Taken take_last(const ReadyMeasure& measure, Scene& scene) {
  const Measure& of = *measure.source;
  const Duration span = scene.span(of.within);
  Taken taken{.next = scene.next_to_come(measure.stream), .witness = newest_of(measure.stream, scene, scene.now() - span)};
  if (taken.witness == kNever) return taken;
  const Duration age = scene.now() - taken.witness;
  taken.value = age >= of.least_age && age <= of.most_age;
  if (age < of.least_age && of.least_age < span) taken.next = std::min(taken.next, taken.witness + of.least_age);
  if (taken.value == 1) {
    const Duration stays = of.most_age < span ? of.most_age + Duration{1} : span;
    taken.next = std::min(taken.next, taken.witness + stays);
  }
  return taken;
}

// Nothing that fits may have come in (anchor, now]; what comes later can only end the absence, or the wait for it.
Taken take_absent(const ReadyMeasure& measure, Scene& scene) {
  const Measure& of = *measure.source;
  const Duration sight = scene.span(Duration{});
  const Instant floor = scene.now() - sight;
  Taken taken{.next = scene.next_to_come(measure.after)};
  taken.witness = newest_of(measure.after, scene, floor);
  if (taken.witness == kNever || newest_of(measure.stream, scene, taken.witness) != kNever) return taken;
  taken.value = scene.now() - taken.witness >= of.wait;
  // An anchor that leaves the retention before its wait is over changes nothing, whatever comes.
  if (taken.value == 0 && of.wait >= sight) return taken;
  taken.next = std::min({taken.next, taken.witness + (taken.value == 1 ? sight : of.wait), scene.next_to_come(measure.stream)});
  return taken;
}

Taken take_active(const ReadyMeasure& measure, Scene& scene) {
  const Measure& of = *measure.source;
  if (scene.now() < of.from) return {.next = of.from};
  if (scene.now() >= of.until) return {};
  return {.value = 1, .next = of.until};
}

Taken take_context(const ReadyMeasure& measure, Scene& scene) {
  const std::string* value = scene.context(measure.source->field);
  if (value == nullptr) return {};
  const auto& accepted = measure.source->accepted;
  return {.value = std::binary_search(accepted.begin(), accepted.end(), *value),
          .trace = Digest().add(measure.source->field).add(*value).value()};
}

}  // namespace

Instant newest_of(const Stream& stream, Scene& scene, Instant after) {
  Instant newest = kNever;
  scene.newest_first(stream, after, [&newest](std::size_t, Instant at) {
    newest = at;
    return false;
  });
  return newest;
}

Taken take(const ReadyMeasure& measure, Scene& scene) {
  switch (measure.source->kind) {
    case MeasureKind::kSeen: return take_seen(measure, scene);
    case MeasureKind::kCount: return take_count(measure, scene);
    case MeasureKind::kDistinct: return take_distinct(measure, scene);
    case MeasureKind::kSum: return take_sum(measure, scene);
    case MeasureKind::kMax: return take_max(measure, scene);
    case MeasureKind::kLast: return take_last(measure, scene);
    case MeasureKind::kAbsent: return take_absent(measure, scene);
    case MeasureKind::kSteps:
    case MeasureKind::kScore: return {};
    case MeasureKind::kContext: return take_context(measure, scene);
    case MeasureKind::kActive: return take_active(measure, scene);
  }
  return {};
}

}  // namespace beckon::rules
