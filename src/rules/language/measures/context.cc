// context: whether a field of the context has one of the values listed.
#include <algorithm>
#include <array>

#include "rules/language/measures/shared.h"
#include "rules/language/read_filter.h"

namespace beckon::rules::measures {

namespace {

constexpr std::array kParts{Part::kContext};

void read(Members& members, Condition& condition) {
  condition.measure.field = members.text("context", limits::kFieldSize, true).value_or("");
  const json::Value* in = members.find("in");
  const json::Value* not_in = members.find("notIn");
  if (in == nullptr && not_in == nullptr) members.issue("in", "is required unless notIn is given: a list of strings");
  if (in != nullptr && not_in != nullptr) members.issue("notIn", "cannot be combined with in; give one of the two");
  if (const json::Value* list = in != nullptr ? in : not_in) {
    const std::string path = members.path(in != nullptr ? "in" : "notIn");
    if (!list->is_array())
      members.issues().add(path, "must be a list of strings");
    else
      condition.measure.accepted = read_texts(*list, path, limits::kValueSize, members.issues());
  }
  if (in != nullptr)
    condition.least = 1;
  else
    condition.most = 0;
}

Taken take(const ReadyMeasure& measure, Scene& scene) {
  const std::string* value = scene.context(measure.source->field);
  if (value == nullptr) return {};
  const auto& accepted = measure.source->accepted;
  return {.value = std::binary_search(accepted.begin(), accepted.end(), *value)};
}

std::string measured(const Measure& of) { return "context " + of.field; }
std::string wanted(const Condition& condition, bool negated) {
  return ((condition.least == 1) == negated ? "not " : "") + words_of(condition.measure.accepted);
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
  return one.kind == other.kind && one.field == other.field && std::ranges::includes(other.accepted, one.accepted);
}

std::string random(Dice& dice) {
  return std::string(R"({"context":")") + dice.of({"c", "d"}) + "\"," + dice.of({R"("in")", R"("notIn")"}) +
         dice.of({R"(:["x"])", R"(:["x","y"])"});
}

}  // namespace

constinit const MeasureDefinition kContextDefinition{
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

}  // namespace beckon::rules::measures
