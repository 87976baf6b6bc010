// decision: the number of decisions of a rule, or of those that the visitor reacted to.
#include <algorithm>
#include <array>
#include <string_view>

#include "rules/language/measures/shared.h"
#include "rules/language/planted.h"

namespace beckon::rules::measures::decision {

namespace {

constexpr std::array kParts{Part::kDecision, Part::kSpan, Part::kBound, Part::kScope};
constexpr std::array<std::string_view, 2> kOutcomes{"act", "holdout"};
constexpr std::array<std::string_view, 4> kReactions{"shown", "clicked", "dismissed", "converted"};

void read_outcomes(Members& given, std::vector<std::string>& into) {
  const json::Value* outcome = given.find("outcome");
  if (outcome == nullptr) {
    into = {"act"};
    return;
  }
  into = read_texts(*outcome, given.path("outcome"), limits::kFieldSize, given.issues());
  for (const std::string& one : into)
    if (std::ranges::find(kOutcomes, one) == kOutcomes.end())
      return given.issue("outcome", "must be \"act\" or \"holdout\", or a list of them");
}

// Reactions are to acts, so they take no outcome.
void read_decision(const json::Value& value, Members& members, Measure& measure) {
  Members given(value, members.path("decision"), members.issues());
  measure.field = given.text("rule", 64, true).value_or("");
  if (!measure.field.empty() && !is_rule_id(measure.field)) given.issue("rule", "must be the ruleId of a rule");
  read_outcomes(given, measure.decided);
  if (const json::Value* reaction = given.find("reaction")) {
    const std::string name{reaction->is_string() ? reaction->text() : ""};
    if (std::ranges::find(kReactions, name) == kReactions.end())
      given.issue("reaction", "must be shown, clicked, dismissed or converted");
    if (measure.decided != std::vector<std::string>{"act"})
      given.issue("outcome", "can only be \"act\" where a reaction is given");
    measure.decided = {name};
  }
  for (const std::string_view name : {"within", "per", "scope", "atLeast", "atMost", "equals"})
    given.misplaced(name, "belongs one level up, next to decision");
  given.finish();
}

void read(Members& members, Condition& condition) {
  const json::Value* value = members.find("decision");
  if (!value->is_object())
    members.issue("decision", "must be an object such as {\"rule\": \"welcome\", \"reaction\": \"clicked\"}");
  else
    read_decision(*value, members, condition.measure);
  read_span(members, condition.measure);
  read_count_bounds(members, condition);
}

Taken take(const ReadyMeasure& measure, Scene& scene) {
  const Measure& of = *measure.source;
  const Scene::Sight sight = scene.sight_of_spends(of);
  Taken taken;
  for (const ledger::Spend& spend : scene.spends(of.scope)) {
    if (std::ranges::find(measure.marks, spend.key) == measure.marks.end()) continue;
    if (spend.at > scene.now()) {
      taken.next = std::min(taken.next, spend.at);
    } else if (spend.at > sight.after - Duration{off_by_one(Planted::kDecisionTooLong)}) {
      const Instant leaves = of.within == Duration{} ? sight.end : sight.leaves(spend.at);
      if (taken.value++ == 0) taken.next = std::min(taken.next, leaves);
      taken.witness = spend.at;
    }
  }
  return taken;
}

bool is_of_reactions(const Measure& of) {
  return std::ranges::find(kReactions, of.decided.front()) != kReactions.end();
}

std::string measured(const Measure& of) {
  return "decisions of " + of.field + (is_of_reactions(of) ? " that were " : ", ") + words_of(of.decided) +
         window_words(of);
}
std::string seen(const Finding& finding, Scene& scene) {
  const std::string count = number_seen(finding, scene);
  if (finding.taken.witness == kNever) return count;
  return count + ", the latest " + ago(finding.taken.witness, scene.now());
}
std::string margin(const Finding& finding, Scene&) {
  const Measure& of = finding.condition.measure;
  return more_signals(finding, "of " + of.field + (is_of_reactions(of) ? ", " + of.decided.front() : ""));
}
std::pair<std::int64_t, std::int64_t> range(const Measure&) { return {0, lint::kEvery}; }

std::string random(Dice& dice) {
  std::string of = quoted("rule", dice.of<const char*>({R"("r1")", R"("r1")", R"("r2")", R"("r3")"}));
  if (dice.one_in(2))
    of += "," + quoted("outcome", dice.of<const char*>({R"("act")", R"(["holdout"])", R"(["act","holdout"])"}));
  else if (dice.one_in(2))
    of += "," + quoted("reaction", dice.of<const char*>({R"("clicked")", R"("shown")"}));
  return quoted("decision", "{" + of + "}").insert(0, "{") + random_span(dice) + random_bounds(dice, 3);
}

}  // namespace

constinit const MeasureDefinition kDefinition{
    .kind = MeasureKind::kDecision,
    .name = "decision",
    .description = "The number of decisions of a rule, or of those that the visitor reacted to.",
    .label = "decisions of a rule",
    .sentence = "{bound} × {decision}{window}{scope}",
    .parts = kParts,
    .blank = R"({"decision":{"rule":"welcome","reaction":"clicked"},"within":"30d","scope":"visitor","atMost":0})",
    .read = read,
    .take = take,
    .needed_key = no_key,
    .measured = measured,
    .wanted = bounds,
    .seen = seen,
    .margin = margin,
    .cases = itself_in_bounds,
    .range = range,
    .never_exceeded = unknown,
    .random = random,
};

}  // namespace beckon::rules::measures::decision
