// context: whether a field of the context matches a comparison.
#include <algorithm>
#include <array>

#include "rules/language/measures/shared.h"

namespace beckon::rules::measures::context {

namespace {

constexpr std::array kParts{Part::kContext, Part::kComparison};

// A number in a list has always meant only its text, so saved rules keep their meaning.
void read(Members& members, Condition& condition) {
  condition.measure.field = members.text("context", limits::kFieldSize, true).value_or("");
  condition.measure.comparison = read_comparison(members, Listed::kTexts);
  condition.least = 1;
  const auto contrary = contrary_of(condition.measure.comparison);
  if (!contrary) return;
  condition.measure.comparison = *contrary;
  condition.least = Condition::kNoLeast;
  condition.most = 0;
}

Taken take(const ReadyMeasure& measure, Scene& scene) {
  const std::string* value = scene.context(measure.source->field);
  if (value == nullptr) return {.value = !needs_value(measure.source->comparison)};
  return {.value = holds_text(measure.source->comparison, *value)};
}

std::string measured(const Measure& of) { return "context " + of.field; }
std::string wanted(const Condition& condition, bool negated) {
  const Comparison& comparison = condition.measure.comparison;
  const std::string words = words_of(comparison);
  if ((condition.least == 1) != negated) return words;
  return comparison.demands.size() > 1 ? "not (" + words + ")" : "not " + words;
}
std::string seen(const Finding& finding, Scene& scene) {
  const std::string& field = finding.condition.measure.field;
  const std::string* value = scene.context(field);
  return value == nullptr ? "no " + field : *value;
}
std::string margin(const Finding& finding, Scene&) {
  return finding.condition.measure.field + " " + wanted(finding.condition, finding.negated);
}

lint::Cases cases(const lint::Said& said) {
  return said.yes_or_no(said.itself(), said.condition.least, said.condition.most);
}
bool never_exceeded(const Measure& one, const Measure& other) {
  if (one.kind != other.kind || one.field != other.field) return false;
  return texts_are_of(one.comparison, other.comparison);
}

std::string random(Dice& dice) {
  return std::string(R"({"context":")") + dice.of({"c", "d"}) + "\"," + random_comparison(dice);
}

}  // namespace

constinit const MeasureDefinition kDefinition{
    .kind = MeasureKind::kContext,
    .name = "context",
    .description = "A field of the context.",
    .label = "visitor attribute",
    .sentence = "{name} is {values}",
    .parts = kParts,
    .blank = R"({"context":"country","in":["US"]})",
    .read = read,
    .take = take,
    .needed_key = no_key,
    .measured = measured,
    .wanted = wanted,
    .seen = seen,
    .margin = margin,
    .cases = cases,
    .range = zero_or_one,
    .never_exceeded = never_exceeded,
    .random = random,
};

}  // namespace beckon::rules::measures::context
