#include "rules/language/decimal.h"
#include "rules/words.h"

namespace beckon::rules {

namespace {

std::string more(std::int64_t count, const std::string& what) {
  return (count == 1 ? "one" : std::to_string(count)) + " more " + what;
}

// A number that lies outside its bounds, or under when.none inside them.
std::string number_margin(const Finding& finding, const std::string& what) {
  const Condition& condition = finding.condition;
  const std::int64_t value = finding.taken.value;
  if (finding.negated && condition.most != Condition::kNoMost) return more(condition.most - value + 1, what);
  if (!finding.negated && value < condition.least) return more(condition.least - value, what);
  return "";
}

std::string sum_margin(const Finding& finding) {
  const Measure& of = finding.condition.measure;
  const std::int64_t value = finding.taken.value == kNothing ? 0 : finding.taken.value;
  const Condition& condition = finding.condition;
  const std::string what = of.field + " of " + words_of(of.filter);
  if (finding.negated) return "";
  if (value < condition.least && condition.least != Condition::kNoLeast)
    return decimal_text(condition.least - value) + " more in " + what;
  if (value > condition.most) return decimal_text(value - condition.most) + " less in " + what;
  return more(1, words_of(of.filter)) + " with " + of.field;
}

std::string max_margin(const Finding& finding) {
  const Measure& of = finding.condition.measure;
  if (finding.negated || finding.taken.value > finding.condition.most) return "";
  return more(1, words_of(of.filter)) + " whose " + of.field + " is " + wanted_words(finding.condition, false);
}

// What comes behind the steps that were reached.
std::string steps_margin(const Finding& finding) {
  const Measure& of = finding.condition.measure;
  const auto reached = static_cast<std::size_t>(finding.taken.value);
  std::string out;
  if (finding.negated || finding.taken.value >= finding.condition.least) return out;
  for (std::size_t i = reached; i < static_cast<std::size_t>(finding.condition.least); ++i)
    out += (out.empty() ? "" : ", then ") + words_of(of.steps[i]);
  return out;
}

std::string score_margin(const Finding& finding) {
  const Measure& of = finding.condition.measure;
  if (finding.negated || finding.measure.score == nullptr) return "";
  if (finding.taken.score < of.least_score)
    return decimal_text(of.least_score - finding.taken.score) + " more " + of.field;
  return decimal_text(finding.taken.score - of.most_score) + " less " + of.field;
}

std::string absent_margin(const Finding& finding, Scene& scene) {
  const Measure& of = finding.condition.measure;
  if (finding.negated) return std::string("one ") + words_of(of.filter);
  const Instant anchor = finding.taken.witness;
  const bool waits = anchor != kNever && newest_of(finding.measure.stream, scene, anchor) == kNever;
  if (waits) return "";
  return std::string("a new ") + words_of(of.after) + ", then " + words_of(of.wait) + " without " + words_of(of.filter);
}

std::string signal_margin(const Finding& finding, Scene& scene) {
  const Measure& of = finding.condition.measure;
  switch (of.kind) {
    case MeasureKind::kSeen: return finding.negated ? "" : more(1, words_of(of.filter));
    case MeasureKind::kCount: return number_margin(finding, words_of(of.filter));
    case MeasureKind::kDistinct:
      return number_margin(finding,
                           (of.field.empty() ? "value" : "value in " + of.field) + " of " + words_of(of.filter));
    case MeasureKind::kSum: return sum_margin(finding);
    case MeasureKind::kMax: return max_margin(finding);
    case MeasureKind::kLast: {
      const bool fresh_helps = (of.least_age == Duration{}) != finding.negated;
      return fresh_helps ? more(1, words_of(of.filter)) : "";
    }
    case MeasureKind::kAbsent: return absent_margin(finding, scene);
    case MeasureKind::kContext: return of.field + " " + wanted_words(finding.condition, finding.negated);
    case MeasureKind::kSteps: return steps_margin(finding);
    case MeasureKind::kScore: return score_margin(finding);
    case MeasureKind::kActive: return "";
  }
  return "";
}

}  // namespace

std::string margin_words(const Finding& finding, Scene& scene, Instant by_time) {
  std::string out = signal_margin(finding, scene);
  if (by_time != kNever) out.append(out.empty() ? "in " : ", or in ").append(words_of(by_time - scene.now()));
  return out;
}

}  // namespace beckon::rules
