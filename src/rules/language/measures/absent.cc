// absent: whether no matching signal came within a time after an anchor.
#include <algorithm>
#include <array>
#include <span>

#include "rules/language/measures/shared.h"
#include "rules/language/planted.h"
#include "rules/language/same.h"

namespace beckon::rules::measures::absent {

namespace {

constexpr std::array kParts{Part::kFilter, Part::kAfter, Part::kSame, Part::kScope};

void read(Members& members, Condition& condition) {
  read_measured(members, "absent", condition.measure.filter);
  members.need("after", "a filter for the signal that starts the wait");
  read_measured(members, "after", condition.measure.after);
  condition.measure.wait = members.duration("for", true).value_or(Duration{});
  read_same(members, condition.measure);
  for (const std::string_view name : {"within", "per"})
    members.misplaced(name, "cannot be used with absent, which looks from its anchor (after) to now");
  condition.least = 1;
}

constexpr auto kNowhere = static_cast<std::size_t>(-1);

// The index in the window of the newest signal of the stream later than `after`, or kNowhere.
std::size_t newest_place(const Stream& stream, Scene& scene, Instant after) {
  std::size_t newest = kNowhere;
  scene.newest_first(stream, after, [&newest](std::size_t place, Instant) {
    newest = place;
    return false;
  });
  return newest;
}

struct Wait {
  Instant anchor = kNever;     // kNever if there is none
  Instant came = kNever;       // the newest match of the missed filter after the anchor; kNever if there is none
  std::string_view same = {};  // the value of both; empty without `same`
};

// At the same instant, the signal stored later comes after the other.
Wait wait_since(Instant floor, const ReadyMeasure& measure, Scene& scene) {
  const std::size_t anchor = newest_place(measure.after, scene, floor);
  if (anchor == kNowhere) return {};
  const std::size_t floor_place = anchor - static_cast<std::size_t>(off_by_one(Planted::kAbsenceFromAnchor));
  const std::size_t came = scene.newest_behind(floor_place, measure.stream);
  return {scene.at(anchor), came != floor_place ? scene.at(came) : kNever};
}

// The waits of the values with the newest anchors, newest first. The strings belong to the thread, until the next call.
std::span<const Wait> waits_by_value(Instant floor, const ReadyMeasure& measure, Scene& scene) {
  thread_local SameValues values;
  thread_local std::array<Wait, SameValues::kNone> waits;
  thread_local std::array<std::size_t, SameValues::kNone> anchors;  // their indexes in the window
  values.clear();
  const std::string& same = measure.source->same;
  std::string room;
  scene.newest_first(measure.after, floor, [&](std::size_t place, Instant at) {
    const auto value = same_in(scene.signal(place), same, room);
    const std::size_t known = values.size();
    if (!value || values.find_or_add(*value) != known || known == values.size()) return true;
    waits[known] = {.anchor = at};
    anchors[known] = place;
    return true;
  });
  scene.newest_first(measure.stream, floor, [&](std::size_t place, Instant at) {
    const auto value = same_in(scene.signal(place), same, room);
    const std::size_t slot = value ? values.find(*value) : SameValues::kNone;
    if (slot == SameValues::kNone || waits[slot].came != kNever) return true;
    if (place + static_cast<std::size_t>(off_by_one(Planted::kAbsenceFromAnchor)) > anchors[slot])
      waits[slot].came = at;
    return true;
  });
  for (std::size_t slot = 0; slot < values.size(); ++slot) waits[slot].same = values[slot];
  return std::span(waits).first(values.size());
}

// Of all values, the one that has waited longest, unless a message is about another whose wait is over, too.
Wait wait_of(const ReadyMeasure& measure, Scene& scene) {
  const Instant floor = scene.now() - scene.span(Duration{});
  if (measure.source->same.empty()) [[likely]]
    return wait_since(floor, measure, scene);
  const std::span<const Wait> waits = waits_by_value(floor, measure, scene);
  const Wait* best = nullptr;
  for (const Wait& wait : waits) {
    if (wait.came != kNever) continue;
    best = &wait;
    if (wait.same == scene.same() && scene.now() - wait.anchor >= measure.source->wait) break;
  }
  return best ? *best : waits.empty() ? Wait{} : waits.front();
}

// No match may have come after the anchor; later signals can only end the absence, or the wait for it.
Taken take(const ReadyMeasure& measure, Scene& scene) {
  const Measure& of = *measure.source;
  const Duration sight = scene.span(Duration{});
  const Wait wait = wait_of(measure, scene);
  Taken taken{.next = scene.next_to_come(measure.after), .witness = wait.anchor};
  if (wait.anchor == kNever || wait.came != kNever) return taken;
  taken.value = scene.now() - taken.witness >= of.wait + Duration{off_by_one(Planted::kWaitTooLong)};
  // An anchor that leaves the retention before its wait is over can never count.
  if (taken.value == 0 && of.wait >= sight) return taken;
  taken.next =
      std::min({taken.next, taken.witness + (taken.value == 1 ? sight : of.wait), scene.next_to_come(measure.stream)});
  return taken;
}

std::optional<AgeBounds> by_age(const Condition& condition) {
  if (!condition.measure.same.empty()) return std::nullopt;
  AgeBounds bounds{.of = condition.measure, .least = condition.measure.wait.count()};
  bounds.of.wait = Duration{};
  return bounds;
}

std::optional<std::string> best(const ReadyMeasure& measure, Scene& scene) {
  const Wait wait = wait_of(measure, scene);
  return wait.same.empty() || wait.came != kNever ? std::nullopt : std::optional(std::string(wait.same));
}

std::int32_t needed_key(const ReadyMeasure& measure, std::int64_t least) {
  return least > 0 ? measure.after.key : Stream::kEveryKey;
}

std::string measured(const Measure& of) {
  return std::string("no ") + words_of(of.filter) + " for " + words_of(of.wait) + " after " + words_of(of.after) +
         same_words(of) + (of.scope == Scope::kVisitor ? window_words(of) : "");
}
std::string wanted(const Condition& condition, bool negated) {
  const Measure& of = condition.measure;
  return (negated ? "not " : "") + words_of(of.wait) + " without " + words_of(of.filter);
}
std::string seen(const Finding& finding, Scene& scene) {
  const Measure& of = finding.condition.measure;
  const Wait wait = wait_of(finding.measure, scene);
  const std::string same = wait.same.empty() ? "" : " for " + of.same + " " + std::string(wait.same);
  if (wait.anchor == kNever)
    return std::string("no ") + words_of(of.after) + (of.same.empty() ? "" : " with " + of.same) + " yet";
  if (wait.came != kNever) return words_of(of.filter) + same + " " + ago(wait.came, scene.now());
  return words_of(std::chrono::floor<std::chrono::seconds>(scene.now() - wait.anchor)) + " so far" + same;
}
std::string margin(const Finding& finding, Scene& scene) {
  const Measure& of = finding.condition.measure;
  if (finding.negated) return std::string("one ") + words_of(of.filter) + best_words(finding, scene);
  const Wait wait = wait_of(finding.measure, scene);
  if (wait.anchor != kNever && wait.came == kNever) return "";
  return std::string("a new ") + words_of(of.after) + ", then " + words_of(of.wait) + " without " +
         words_of(of.filter) + (of.same.empty() ? "" : " with the same " + of.same);
}

lint::Cases cases(const lint::Said& said) {
  Measure of = said.itself();
  if (said.of.negated) return {{said.most(of, 0)}};
  const Duration wait = said.sight(said.measure.wait);
  if (!of.same.empty()) {  // other values may have newer ones
    lint::Case facts{said.least(of, 1), said.least(said.count(of.after, said.ground.retention), 1)};
    if (of.wait >= said.ground.retention) facts.push_back(said.most(said.count(of.after, said.ground.retention), 0));
    return {facts};
  }
  return {{said.least(of, 1), said.least(said.count(said.measure.after, said.ground.retention), 1),
           said.most(said.count(said.measure.after, wait), 0), said.most(said.count(said.measure.filter, wait), 0)}};
}

bool never_exceeded(const Measure& one, const Measure& other) {
  return one.kind == other.kind && one.scope == other.scope && one.same == other.same && one.after == other.after &&
         one.wait >= other.wait && lint::narrower(other.filter, one.filter);
}

std::string random(Dice& dice) {
  return R"({"absent":)" + random_filter(dice) + R"(,"after":)" + random_filter(dice) + R"(,"for":)" + seconds(dice) +
         random_same(dice);
}

}  // namespace

Age age_of_wait(const ReadyMeasure& measure, Scene& scene) {
  const Duration sight = scene.span(Duration{});
  const Wait wait = wait_since(scene.now() - sight, measure, scene);
  const Age none{.ms = -1, .none = -1, .comes = scene.next_to_come(measure.after)};
  if (wait.anchor == kNever || wait.came != kNever) return none;
  return {.ms = (scene.now() - wait.anchor).count(),
          .none = -1,
          .leaves = wait.anchor + sight,
          .comes = std::min(none.comes, scene.next_to_come(measure.stream))};
}

constinit const MeasureDefinition kDefinition{
    .kind = MeasureKind::kAbsent,
    .name = "absent",
    .description = "This much time has passed since the newest `after` signal, and no `absent` signal came after it.",
    .label = "no signal followed",
    .sentence = "no {filter} for {for} after {after}{same}{scope}",
    .parts = kParts,
    .blank = R"({"absent":{"key":"purchase"},"after":{"key":"cart","value":"add"},"for":"30m"})",
    .read = read,
    .take = take,
    .needed_key = needed_key,
    .by_age = by_age,
    .measured = measured,
    .wanted = wanted,
    .seen = seen,
    .margin = margin,
    .best = best,
    .cases = cases,
    .range = zero_or_one,
    .never_exceeded = never_exceeded,
    .random = random,
};

}  // namespace beckon::rules::measures::absent
