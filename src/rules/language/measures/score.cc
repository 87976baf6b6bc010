// score: whether a score of the handle is within bounds.
#include <algorithm>
#include <array>
#include <cstdlib>

#include "rules/language/decimal.h"
#include "rules/language/measures/shared.h"
#include "rules/language/read_filter.h"

namespace beckon::rules::measures::score {

namespace {

constexpr std::array kParts{Part::kScore, Part::kBound, Part::kScope};

// A score changes continuously: its bounds are part of the measure, which then only changes when one is crossed.
void read(Members& members, Condition& condition) {
  condition.measure.field = members.text("score", limits::kFieldSize, true).value_or("");
  read_amount_bounds(members, condition);
  condition.measure.least_score = condition.least;
  condition.measure.most_score = condition.most;
  condition.least = 1;
  condition.most = Condition::kNoMost;
  for (const std::string_view name : {"within", "per"})
    members.misplaced(name, "cannot be used with score, which is computed over the whole window");
}

// Terms of positive and of negative weights both decay toward zero, and end when their signal leaves: between now and
// `at` the score stays within [gain(at) − loss(now), gain(now) − loss(at)].
struct Parts {
  std::int64_t gain = 0, loss = 0;
};

Parts parts_at(const Score& score, const Scene& scene, Instant at) {
  Parts parts;
  scene.oldest_first(Scene::Sight{.after = at - scene.span(Duration{})}, [&](const ledger::Signal& signal) {
    const std::int64_t weight = score.weight_of(signal.key);
    if (weight == 0) return;
    const std::int64_t term = score.term(weight, at - signal.at);
    (term > 0 ? parts.gain : parts.loss) += std::abs(term);
  });
  return parts;
}

// The first instant in (now, until] at which the score crosses a bound, otherwise `until`. If gains and losses decay
// together, it advances in steps, each as far as the result is certain; for a score that stays close to a bound for
// more than kSteps, it returns the certain part only.
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

std::int64_t score_at(const Score& score, const Scene& scene, Instant at) {
  const Parts parts = parts_at(score, scene, at);
  return parts.gain - parts.loss;
}

Taken take(const ReadyMeasure& measure, Scene& scene) {
  if (measure.score == nullptr) return {};
  const Score& score = *measure.score;
  const Measure& of = *measure.source;
  Taken taken{.score = score_at(score, scene, scene.now())};
  taken.value = taken.score >= of.least_score && taken.score <= of.most_score;
  taken.next = score_holds_until(score, scene, of, scene.next_to_come(score));
  return taken;
}

std::string measured(const Measure& of) {
  return "score " + of.field + (of.scope == Scope::kVisitor ? " across all of the visitor's sessions" : "");
}
std::string wanted(const Condition& condition, bool negated) {
  const Measure& of = condition.measure;
  const std::string no = negated ? "not " : "";
  const std::string least = decimal_text(of.least_score), most = decimal_text(of.most_score);
  if (of.least_score == of.most_score) return no + "exactly " + least;
  if (of.most_score == Condition::kNoMost) return no + "at least " + least;
  if (of.least_score == Condition::kNoLeast) return no + "at most " + most;
  return no + "from " + least + " to " + most;
}
std::string seen(const Finding& finding, Scene&) {
  return finding.measure.score == nullptr ? "unknown score" : decimal_text(finding.taken.score);
}
std::string margin(const Finding& finding, Scene&) {
  const Measure& of = finding.condition.measure;
  if (finding.measure.score == nullptr) return "";
  if (finding.negated) return beyond_bounds(finding.taken.score, of.least_score, of.most_score, of.field);
  if (finding.taken.score < of.least_score)
    return decimal_text(of.least_score - finding.taken.score) + " more " + of.field;
  return decimal_text(finding.taken.score - of.most_score) + " less " + of.field;
}

// kNothing if the score is not declared; 0 without signals.
lint::Cases cases(const lint::Said& said) {
  const Measure of{.kind = MeasureKind::kScore, .scope = said.measure.scope, .field = said.measure.field};
  const auto declared = said.ground.scores->find(said.measure.field);
  lint::Cases out = said.bounds(of, said.measure.least_score, said.measure.most_score);
  for (lint::Case& facts : out) {
    const bool may_be_zero = std::ranges::all_of(
        facts, [](const lint::Fact& fact) { return fact.least ? fact.bound <= 0 : fact.bound >= 0; });
    if (declared == said.ground.scores->end())
      facts.push_back(said.most(of, kNothing));
    else if (std::ranges::none_of(declared->second.weights,
                                  [](const Score::Weight& weight) { return weight.millionths < 0; }))
      facts.push_back(said.least(of, 0));
    if (declared != said.ground.scores->end() && !may_be_zero)
      facts.push_back(said.least(said.count({}, said.ground.retention), 1));
  }
  return out;
}
bool place(lint::Placer& placer, const lint::Fact& fact) {
  constexpr std::int64_t kMost = 100;
  const Scores& scores = *placer.ground().scores;
  const auto score = scores.find(fact.measure.field);
  if (fact.bound <= 0 || score == scores.end()) return true;
  const auto& weights = score->second.weights;
  const auto best = std::ranges::max_element(weights, {}, &Score::Weight::millionths);
  if (best == weights.end() || best->millionths <= 0 || fact.bound / best->millionths > kMost) return false;
  const Filter filter{.keys = {{best->text, best->prefix}}};
  for (std::int64_t sum = 0; sum < fact.bound; sum += best->millionths) {
    if (!placer.put(filter, Duration{1})) return false;
  }
  return true;
}

std::string random(Dice& dice) {
  return R"({"score":)" + dice.of<std::string>({R"("s")", R"("mixed")", R"("unknown")"}) + random_amount(dice);
}

}  // namespace

constinit const MeasureDefinition kDefinition{
    .kind = MeasureKind::kScore,
    .name = "score",
    .description = "A score: weighted signals, decaying with time.",
    .label = "score of the handle",
    .sentence = "score {name} is {bound}",
    .parts = kParts,
    .blank = R"({"score":"intent","atLeast":0.7})",
    .read = read,
    .take = take,
    .needed_key = no_key,
    .measured = measured,
    .wanted = wanted,
    .seen = seen,
    .margin = margin,
    .cases = cases,
    .range = any_number,
    .never_exceeded = unknown,
    .place = place,
    .random = random,
};

}  // namespace beckon::rules::measures::score
