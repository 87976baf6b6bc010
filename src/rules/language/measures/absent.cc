// absent: whether nothing that fits came in the time after an anchor.
#include <algorithm>
#include <array>

#include "rules/language/measures/shared.h"
#include "rules/language/planted.h"

namespace beckon::rules::measures {

namespace {

constexpr std::array kParts{Part::kFilter, Part::kAfter, Part::kScope};

void read(Members& members, Condition& condition) {
  read_measured(members, "absent", condition.measure.filter);
  members.need("after", "a filter for the signal that starts the wait");
  read_measured(members, "after", condition.measure.after);
  condition.measure.wait = members.duration("for", true).value_or(Duration{});
  for (const std::string_view name : {"within", "per"})
    members.misplaced(name, "cannot be used with absent, which looks from its anchor (after) to now");
  condition.least = 1;
}

constexpr auto kNowhere = static_cast<std::size_t>(-1);

// The place in the window of the newest signal of the stream later than `after`, or kNowhere.
std::size_t newest_place(const Stream& stream, Scene& scene, Instant after) {
  std::size_t newest = kNowhere;
  scene.newest_first(stream, after, [&newest](std::size_t place, Instant) {
    newest = place;
    return false;
  });
  return newest;
}

struct Wait {
  Instant anchor = kNever;  // kNever: there is none
  Instant came = kNever;    // the newest behind the anchor that fits what is missed; kNever: none did
};

// Of two signals of one instant, the one that was stored later came behind the other.
Wait wait_since(Instant floor, const ReadyMeasure& measure, Scene& scene) {
  const std::size_t anchor = newest_place(measure.after, scene, floor);
  if (anchor == kNowhere) return {};
  const std::size_t floor_place = anchor - static_cast<std::size_t>(off_by_one(Planted::kAbsenceFromAnchor));
  const std::size_t came = scene.newest_behind(floor_place, measure.stream);
  return {scene.at(anchor), came != floor_place ? scene.at(came) : kNever};
}

Wait wait_of(const Finding& finding, Scene& scene) {
  return wait_since(scene.now() - scene.span(Duration{}), finding.measure, scene);
}

// Nothing that fits may have come behind the anchor; what comes later can only end the absence, or the wait for it.
Taken take(const ReadyMeasure& measure, Scene& scene) {
  const Measure& of = *measure.source;
  const Duration sight = scene.span(Duration{});
  const Wait wait = wait_since(scene.now() - sight, measure, scene);
  Taken taken{.next = scene.next_to_come(measure.after), .witness = wait.anchor};
  if (wait.anchor == kNever || wait.came != kNever) return taken;
  taken.value = scene.now() - taken.witness >= of.wait + Duration{off_by_one(Planted::kWaitTooLong)};
  // An anchor that leaves the retention before its wait is over changes nothing, whatever comes.
  if (taken.value == 0 && of.wait >= sight) return taken;
  taken.next =
      std::min({taken.next, taken.witness + (taken.value == 1 ? sight : of.wait), scene.next_to_come(measure.stream)});
  return taken;
}

std::int32_t needed_key(const ReadyMeasure& measure, std::int64_t least) {
  return least > 0 ? measure.after.key : Stream::kEveryKey;
}

std::string measured(const Measure& of) {
  return std::string("no ") + words_of(of.filter) + " for " + words_of(of.wait) + " after " + words_of(of.after) +
         (of.scope == Scope::kVisitor ? window_words(of) : "");
}
std::string wanted(const Condition& condition, bool negated) {
  const Measure& of = condition.measure;
  return (negated ? "not " : "") + words_of(of.wait) + " without " + words_of(of.filter);
}
std::string seen(const Finding& finding, Scene& scene) {
  const Measure& of = finding.condition.measure;
  const Wait wait = wait_of(finding, scene);
  if (wait.anchor == kNever) return std::string("no ") + words_of(of.after) + " yet";
  if (wait.came != kNever) return words_of(of.filter) + " " + ago(wait.came, scene.now());
  return words_of(std::chrono::floor<std::chrono::seconds>(scene.now() - wait.anchor)) + " so far";
}
std::string margin(const Finding& finding, Scene& scene) {
  const Measure& of = finding.condition.measure;
  if (finding.negated) return std::string("one ") + words_of(of.filter);
  const Wait wait = wait_of(finding, scene);
  if (wait.anchor != kNever && wait.came == kNever) return "";
  return std::string("a new ") + words_of(of.after) + ", then " + words_of(of.wait) + " without " + words_of(of.filter);
}

lint::Cases cases(const lint::Said& said) {
  Measure of = said.itself();
  if (said.of.negated) return {{said.most(of, 0)}};
  const Duration wait = said.sight(said.measure.wait);
  return {{said.least(of, 1), said.least(said.count(said.measure.after, said.ground.retention), 1),
           said.most(said.count(said.measure.after, wait), 0), said.most(said.count(said.measure.filter, wait), 0)}};
}

bool never_exceeded(const Measure& one, const Measure& other) {
  return one.kind == other.kind && one.scope == other.scope && one.after == other.after && one.wait >= other.wait &&
         lint::narrower(other.filter, one.filter);
}

std::string random(Dice& dice) {
  return R"({"absent":)" + random_filter(dice) + R"(,"after":)" + random_filter(dice) + R"(,"for":)" + seconds(dice);
}

}  // namespace

constinit const MeasureDefinition kAbsentDefinition{
    .kind = MeasureKind::kAbsent,
    .name = "absent",
    .description = "This much time has passed since the newest `after` signal, and no `absent` signal came after it.",
    .label = "no signal followed",
    .sentence = "no {filter} for {for} after {after}{scope}",
    .parts = kParts,
    .blank = R"({"absent":{"key":"purchase"},"after":{"key":"cart","value":"add"},"for":"30m"})",
    .read = read,
    .take = take,
    .needed_key = needed_key,
    .measured = measured,
    .wanted = wanted,
    .seen = seen,
    .margin = margin,
    .cases = cases,
    .range = zero_or_one,
    .never_exceeded = never_exceeded,
    .random = random,
};

}  // namespace beckon::rules::measures
