// trait: whether a trait of the visitor matches a comparison. With until or age, the condition is a TraitAge.
#include <algorithm>
#include <array>

#include "rules/language/measures/shared.h"

namespace beckon::rules::measures::trait {

namespace {

constexpr std::array kParts{Part::kTrait, Part::kComparison, Part::kDistance};

// Without a visitor, every trait is missing.
void read(Members& members, Condition& condition) {
  condition.measure.field = members.text("trait", limits::kFieldSize, true).value_or("");
  if (trait_age::read_distance(members, condition) || trait_days::read_days(members, condition)) return;
  condition.measure.comparison = read_comparison(members);
  condition.least = 1;
  const auto contrary = contrary_of(condition.measure.comparison);
  if (!contrary) return;
  condition.measure.comparison = *contrary;
  condition.least = Condition::kNoLeast;
  condition.most = 0;
}

Taken take(const ReadyMeasure& measure, Scene& scene) {
  const auto now = scene.trait(measure.source->field);
  return {.value = holds(measure.source->comparison, now ? std::string_view(now->json) : std::string_view{})};
}

std::string measured(const Measure& of) { return "trait " + of.field; }
std::string wanted(const Condition& condition, bool negated) {
  const Comparison& comparison = condition.measure.comparison;
  const std::string words = words_of(comparison);
  if ((condition.least == 1) != negated) return words;
  return comparison.demands.size() > 1 ? "not (" + words + ")" : "not " + words;
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
  const std::string trait = std::string(R"({"trait":")") + dice.of({"c", "d"}) + "\",";
  if (dice.one_in(2)) return trait + random_comparison(dice);
  if (dice.one_in(2)) {
    const std::string bounds = dice.of<const char*>(
        {R"("equals":0)", R"("equals":0)", R"("equals":1)", R"("atMost":1)", R"("atLeast":1,"atMost":364)"});
    return trait + R"("daysUntil":{)" + bounds + (dice.one_in(3) ? R"(,"yearly":false)" : "") + "}" +
           dice.of<const char*>({"", R"(,"zone":"visitor")", R"(,"zone":"UTC")", R"(,"zone":"Europe/Berlin")",
                                 R"(,"zone":"Asia/Kolkata")"});
  }
  const char* const distance = dice.of({R"("until":{)", R"("age":{)"});
  switch (dice.upto(3)) {
    case 0: return trait + distance + R"("atLeast":)" + (dice.one_in(3) ? "\"0s\"" : seconds(dice)) + "}";
    case 1: return trait + distance + R"("atMost":)" + seconds(dice) + "}";
    default: return trait + distance + R"("atLeast":"2s","atMost":"9s"})";
  }
}

}  // namespace

constinit const MeasureDefinition kDefinition{
    .kind = MeasureKind::kTrait,
    .name = "trait",
    .description = "A trait of the visitor.",
    .label = "trait",
    .sentence = "{name} is {values}",
    .parts = kParts,
    .blank = R"({"trait":"plan","equals":"pro"})",
    .read = read,
    .take = take,
    .needed_key = no_key,
    .measured = measured,
    .wanted = wanted,
    .seen = trait_age::trait_seen,
    .margin = margin,
    .cases = cases,
    .range = zero_or_one,
    .never_exceeded = never_exceeded,
    .random = random,
};

}  // namespace beckon::rules::measures::trait
