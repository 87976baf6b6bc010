// How far a trait's instant is in the future or past: `until` or `age` of a trait.
#include <algorithm>
#include <array>

#include "rules/language/measures/shared.h"
#include "rules/language/planted.h"

namespace beckon::rules::measures::trait_age {

namespace {

constexpr Duration kNoLeastAge = Duration::min(), kNoMostAge = Duration::max();

// A duration, including "0s".
std::optional<Duration> read_bound(Members& distance, std::string_view name) {
  const json::Value* value = distance.find(name);
  if (value == nullptr) return std::nullopt;
  const std::string_view text = value->is_string() ? value->text() : std::string_view{};
  const auto bound = text == "0s" ? std::optional(Duration{}) : parse_duration(text);
  if (!bound) distance.issue(name, "must be a duration such as \"3d\", or \"0s\"");
  return bound;
}

std::optional<Instant> instant_of(Scene& scene, const Measure& of) {
  const auto now = scene.trait(of.field);
  if (!now) return std::nullopt;
  const std::string_view json = now->json;
  if (json.size() < 2 || json.front() != '"') return std::nullopt;
  return parse_rfc3339(json.substr(1, json.size() - 2));
}

Taken take(const ReadyMeasure& measure, Scene& scene) {
  const Measure& of = *measure.source;
  Taken taken;
  const auto at = instant_of(scene, of);
  if (!at) return taken;
  const Duration age = scene.now() - *at + Duration{off_by_one(Planted::kTraitTooOld)};
  taken.value = age >= of.least_age && age <= of.most_age;
  if (age < of.least_age) taken.next = *at + of.least_age;
  if (taken.value == 1 && of.most_age != kNoMostAge) taken.next = *at + of.most_age + Duration{1};
  return taken;
}

std::string measured(const Measure& of) { return "trait " + of.field; }

std::string words_of_age(Duration age) {
  if (age == Duration{}) return "now";
  return age < Duration{} ? words_of(-age) + " ahead" : words_of(age) + " ago";
}
// Time alone makes an instant old enough.
std::string margin(const Finding& finding, Scene& scene) {
  const Measure& of = finding.condition.measure;
  const auto at = instant_of(scene, of);
  if (at && !finding.negated && scene.now() - *at < of.least_age) return "";
  return of.field + " " + age_wanted(finding.condition, finding.negated);
}

// Nothing is known about other measures of the trait: none contradicts it.
lint::Cases cases(const lint::Said& said) { return said.yes_or_no(said.itself(), 1, Condition::kNoMost); }

}  // namespace

std::string age_wanted(const Condition& condition, bool negated) {
  const Measure& of = condition.measure;
  std::string words;
  if (of.least_age == kNoLeastAge)
    words = "not longer ago than " + words_of_age(of.most_age);
  else if (of.most_age == kNoMostAge)
    words = words_of_age(of.least_age) + " or earlier";
  else
    words = "between " + words_of_age(of.most_age) + " and " + words_of_age(of.least_age);
  return negated ? "not (" + words + ")" : words;
}

bool read_distance(Members& members, Condition& condition) {
  const json::Value* until = members.find("until");
  const json::Value* age = members.find("age");
  if (until == nullptr && age == nullptr) return false;
  condition.least = 1;
  Measure& measure = condition.measure;
  measure.kind = MeasureKind::kTraitAge;
  measure.least_age = kNoLeastAge;
  measure.most_age = kNoMostAge;
  if (until != nullptr && age != nullptr) {
    members.issue("age", "cannot be combined with until; use one condition for each");
    return true;
  }
  const std::string_view name = until != nullptr ? "until" : "age";
  const json::Value& value = until != nullptr ? *until : *age;
  if (!value.is_object()) {
    members.issue(name, "must be an object with atLeast, atMost or both, such as {\"atMost\": \"3d\"}");
    return true;
  }
  Members distance(value, members.path(name), members.issues());
  const auto least = read_bound(distance, "atLeast"), most = read_bound(distance, "atMost");
  if (!distance.has("atLeast") && !distance.has("atMost"))
    distance.issue("atMost", "is required unless atLeast is given: a duration such as \"3d\"");
  if (least && most && *least > *most) distance.issue("atMost", "must not be less than atLeast");
  distance.finish();
  if (until != nullptr) {
    if (most) measure.least_age = -*most;
    if (least) measure.most_age = -*least;
  } else {
    if (least) measure.least_age = *least;
    if (most) measure.most_age = *most;
  }
  return true;
}

std::string trait_seen(const Finding& finding, Scene& scene) {
  const std::string& name = finding.condition.measure.field;
  const auto now = scene.trait(name);
  if (!now) return "no " + name;
  std::string_view value = now->json;
  if (value.size() >= 2 && value.front() == '"') value = value.substr(1, value.size() - 2);
  return std::string(value) + ", said by " + now->source + " " + ago(now->at, scene.now());
}

constinit const MeasureDefinition kDefinition{
    .kind = MeasureKind::kTraitAge,
    .name = "",
    .description = "",
    .label = "",
    .sentence = "",
    .parts = {},
    .blank = "",
    .read = nullptr,
    .take = take,
    .needed_key = no_key,
    .measured = measured,
    .wanted = age_wanted,
    .seen = trait_seen,
    .margin = margin,
    .cases = cases,
    .range = zero_or_one,
    .never_exceeded = unknown,
};

}  // namespace beckon::rules::measures::trait_age
