#include "rules/measure.h"

#include <array>
#include <cstdlib>

#include "rules/language/decimal.h"

namespace beckon::rules {

namespace {

Taken take_seen(const ReadyMeasure& measure, Scene& scene) {
  const Duration span = scene.span(measure.source->within);
  Taken taken{.next = scene.next_to_come(measure.stream),
              .witness = newest_of(measure.stream, scene, scene.now() - span)};
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
    const auto places = scene.later_than(scene.now() - span, measure.stream);
    taken.value = static_cast<std::int64_t>(places.size());
    if (places.empty()) return taken;
    taken.witness = scene.at(places.back());
    taken.next = std::min(taken.next, scene.at(places.front()) + span);
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

// What a distinct counts of a signal; nothing: it has none. `room` holds a text with escapes.
std::optional<std::string_view> value_of(const ledger::Signal& signal, const std::string& field, std::string& room) {
  if (!field.empty()) return scalar_in(signal.metadata, field, room);
  return signal.has_value ? std::optional(signal.value) : std::nullopt;
}

// The number changes when the newest signal of some value leaves.
Taken take_distinct(const ReadyMeasure& measure, Scene& scene) {
  thread_local std::vector<std::string> values;  // kept, so that their room is used again
  const Duration span = scene.span(measure.source->within);
  Taken taken{.next = scene.next_to_come(measure.stream)};
  std::size_t size = 0;
  std::string room;
  scene.newest_first(measure.stream, scene.now() - span, [&](std::size_t i, Instant at) {
    const auto value = value_of(scene.signal(i), measure.source->field, room);
    if (!value || std::find(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(size), *value) !=
                      values.begin() + static_cast<std::ptrdiff_t>(size))
      return true;
    if (size == values.size()) values.emplace_back();
    values[size++] = *value;
    if (size == 1) taken.witness = at;
    taken.next = std::min(taken.next, at + span);
    return true;
  });
  taken.value = static_cast<std::int64_t>(size);
  return taken;
}

// The longest run of steps from the first on, each behind the one before it. `begins[k]` is the latest instant at which
// such a run of k + 1 steps can begin: the number falls when that signal leaves.
Taken take_steps(const ReadyMeasure& measure, Scene& scene) {
  const std::vector<Filter>& steps = measure.source->steps;
  const Duration span = scene.span(measure.source->within);
  Taken taken;
  std::array<Instant, limits::kSteps> begins;
  begins.fill(kNever);
  scene.oldest_first(scene.now() - span, [&](const ledger::Signal& signal) {
    for (std::size_t left = steps.size(); left-- > 0;) {  // backwards, so that one signal is one step
      const std::size_t k = off_by_one(Planted::kStepsShareSignal) == 1 ? steps.size() - 1 - left : left;
      const Instant begin = k == 0 ? signal.at : begins[k - 1];
      if (begin != kNever && steps[k].fits(signal)) begins[k] = begin, taken.witness = signal.at;
    }
  });
  for (std::size_t k = 0; k < steps.size() && begins[k] != kNever; ++k) {
    taken.value = static_cast<std::int64_t>(k + 1);
    taken.next = begins[k] + span;
  }
  for (const Filter& step : steps) taken.next = std::min(taken.next, scene.next_to_come(step));
  return taken;
}

// Terms of positive and of negative weights fall toward zero each, and go when their signal leaves: between now and
// `at` the score stays within [gain(at) − loss(now), gain(now) − loss(at)].
struct Parts {
  std::int64_t gain = 0, loss = 0;
};

Parts parts_at(const Score& score, const Scene& scene, Instant at) {
  Parts parts;
  scene.oldest_first(at - scene.span(Duration{}), [&](const ledger::Signal& signal) {
    const std::int64_t weight = score.weight_of(signal.key);
    if (weight == 0) return;
    const std::int64_t term = score.term(weight, at - signal.at);
    (term > 0 ? parts.gain : parts.loss) += std::abs(term);
  });
  return parts;
}

// The first instant in (now, until] at which the place of the score between the bounds changes, else `until`. Where
// gains and losses fall at once it goes by steps, each as far as the place is certain; a score that lingers at a bound
// for more than kSteps of them is said to hold no longer than it certainly does.
Instant score_holds_until(const Score& score, const Scene& scene, const Measure& of, Instant until) {
  constexpr int kSteps = 32;
  const auto side = [&](std::int64_t value) { return value < of.least_score ? -1 : value > of.most_score ? 1 : 0; };
  Instant from = scene.now();
  Parts begin = parts_at(score, scene, from);
  const bool inside = side(begin.gain - begin.loss) == 0;
  for (int step = 0; step < kSteps; ++step) {
    const int place = side(begin.gain - begin.loss);
    const auto stays = [&](Instant at) {
      const Parts then = parts_at(score, scene, at);
      return side(then.gain - begin.loss) == place && side(begin.gain - then.loss) == place;
    };
    if (stays(until)) return until;
    Instant good = from, bad = until;
    while (bad - good > Duration{1}) {
      const Instant middle = good + (bad - good) / 2;
      (stays(middle) ? good : bad) = middle;
    }
    begin = parts_at(score, scene, bad);
    from = bad;
    if ((side(begin.gain - begin.loss) == 0) != inside) break;
  }
  return from;
}

Taken take_score(const ReadyMeasure& measure, Scene& scene) {
  if (measure.score == nullptr) return {};
  const Score& score = *measure.score;
  const Measure& of = *measure.source;
  Taken taken{.score = score_at(score, scene, scene.now())};
  taken.value = taken.score >= of.least_score && taken.score <= of.most_score;
  taken.next = score_holds_until(score, scene, of, scene.next_to_come(score));
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
  Taken taken{.next = scene.next_to_come(measure.stream),
              .witness = newest_of(measure.stream, scene, scene.now() - span)};
  if (taken.witness == kNever) return taken;
  const Duration age = scene.now() - taken.witness + Duration{off_by_one(Planted::kAgeTooGreat)};
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
  if (taken.witness == kNever ||
      newest_of(measure.stream, scene, taken.witness - Duration{off_by_one(Planted::kAbsenceFromAnchor)}) != kNever)
    return taken;
  taken.value = scene.now() - taken.witness >= of.wait + Duration{off_by_one(Planted::kWaitTooLong)};
  // An anchor that leaves the retention before its wait is over changes nothing, whatever comes.
  if (taken.value == 0 && of.wait >= sight) return taken;
  taken.next =
      std::min({taken.next, taken.witness + (taken.value == 1 ? sight : of.wait), scene.next_to_come(measure.stream)});
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
  return {.value = std::binary_search(accepted.begin(), accepted.end(), *value)};
}

}  // namespace

std::int64_t score_at(const Score& score, const Scene& scene, Instant at) {
  const Parts parts = parts_at(score, scene, at);
  return parts.gain - parts.loss;
}

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
    case MeasureKind::kSteps: return take_steps(measure, scene);
    case MeasureKind::kScore: return take_score(measure, scene);
    case MeasureKind::kContext: return take_context(measure, scene);
    case MeasureKind::kActive: return take_active(measure, scene);
  }
  return {};
}

}  // namespace beckon::rules
