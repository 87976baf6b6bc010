// From a condition, or its contrary, to what it says of measures.
#include <algorithm>

#include "rules/lint/facts.h"

namespace beckon::rules::lint {

namespace {

constexpr std::int64_t kEvery = std::numeric_limits<std::int64_t>::max();

// Builds the cases of one statement.
class Reader {
 public:
  Reader(const Statement& statement, const Ground& ground)
      : of_(statement), condition_(*statement.condition), measure_(statement.condition->measure), ground_(ground) {}

  Cases read() {
    switch (measure_.kind) {
      case MeasureKind::kSeen: return read_yes_or_no(count(measure_.filter, sight()), 1, kEvery);
      case MeasureKind::kCount: return read_bounds(count(measure_.filter, sight()), condition_.least, condition_.most);
      case MeasureKind::kSum:
      case MeasureKind::kMax: return read_amount();
      case MeasureKind::kDistinct:
      case MeasureKind::kSteps: return read_bounds(itself(), condition_.least, condition_.most);
      case MeasureKind::kLast: return read_last();
      case MeasureKind::kAbsent: return read_absent();
      case MeasureKind::kScore: return read_score();
      case MeasureKind::kContext: return read_yes_or_no(itself(), condition_.least, condition_.most);
      case MeasureKind::kActive: return read_active();
    }
    return {};
  }

 private:
  Duration sight(Duration within) const {
    return within == Duration{} ? ground_.retention : std::min(within, ground_.retention);
  }
  Duration sight() const { return sight(measure_.within); }

  Measure itself() const {
    Measure of = measure_;
    of.within = sight();
    return of;
  }
  Measure count(const Filter& filter, Duration span) const {
    return {.kind = MeasureKind::kCount, .scope = measure_.scope, .filter = filter, .within = span};
  }
  Fact least(const Measure& of, std::int64_t bound) const { return {of, true, bound, of_}; }
  Fact most(const Measure& of, std::int64_t bound) const { return {of, false, bound, of_}; }

  // A part of a distinct or of steps needs signals.
  void add_signals(Case& to, const Fact& fact) const {
    const std::int64_t bound = fact.bound;
    if (fact.measure.kind == MeasureKind::kDistinct && fact.least && bound > 0)
      to.push_back(least(count(measure_.filter, sight()), bound));
    if (fact.measure.kind != MeasureKind::kSteps) return;
    for (std::int64_t i = 0; fact.least && i < std::min<std::int64_t>(bound, std::ssize(measure_.steps)); ++i)
      to.push_back(least(count(measure_.steps[static_cast<std::size_t>(i)], sight()), 1));
    if (!fact.least && bound <= 0) to.push_back(most(count(measure_.steps.front(), sight()), 0));
  }
  Case with_signals(std::initializer_list<Fact> facts) const {
    Case out;
    for (const Fact& fact : facts) out.push_back(fact), add_signals(out, fact);
    return out;
  }

  Cases read_bounds(const Measure& of, std::int64_t low, std::int64_t high) const {
    if (!of_.negated) return {with_signals({least(of, low), most(of, high)})};
    Cases out{with_signals({most(of, low - 1)})};
    if (high != kEvery) out.push_back(with_signals({least(of, high + 1)}));
    return out;
  }
  // The same of what is 0 or 1, or asked for as if it were.
  Cases read_yes_or_no(const Measure& of, std::int64_t low, std::int64_t high) const {
    const bool yes = (low >= 1 || high >= 1) != of_.negated;
    return {{yes ? least(of, 1) : most(of, 0)}};
  }

  // Of nothing it is kNothing, which lies below every amount.
  Cases read_amount() const {
    Cases out = read_bounds(itself(), condition_.least, condition_.most);
    const bool may_be_nothing = of_.negated;
    for (std::size_t i = may_be_nothing ? 1 : 0; i < out.size(); ++i)
      out[i].push_back(least(count(measure_.filter, sight()), 1));
    return out;
  }

  // The newest of the window is `least_age` to `most_age` old: some are no older, and none is younger.
  Cases read_last() const {
    const bool bounded = measure_.most_age < sight();
    const Measure no_older = count(measure_.filter, bounded ? measure_.most_age + Duration{1} : sight());
    const Measure younger = count(measure_.filter, sight(measure_.least_age));
    const bool aged = measure_.least_age > Duration{};
    if (!of_.negated) {
      Case facts{least(no_older, 1)};
      if (aged) facts.push_back(most(younger, 0));
      return {facts};
    }
    Cases out{{most(no_older, 0)}};
    if (aged) out.push_back({least(younger, 1)});
    return out;
  }

  Cases read_absent() const {
    Measure of = itself();
    if (of_.negated) return {{most(of, 0)}};
    const Duration wait = sight(measure_.wait);
    return {{least(of, 1), least(count(measure_.after, ground_.retention), 1), most(count(measure_.after, wait), 0),
             most(count(measure_.filter, wait), 0)}};
  }

  // Of a score that is not declared it is kNothing; of no signals it is 0.
  Cases read_score() const {
    const Measure of{.kind = MeasureKind::kScore, .scope = measure_.scope, .field = measure_.field};
    const auto declared = ground_.scores->find(measure_.field);
    Cases out = read_bounds(of, measure_.least_score, measure_.most_score);
    for (Case& facts : out) {
      const bool may_be_zero =
          std::ranges::all_of(facts, [](const Fact& fact) { return fact.least ? fact.bound <= 0 : fact.bound >= 0; });
      if (declared == ground_.scores->end())
        facts.push_back(most(of, kNothing));
      else if (std::ranges::none_of(declared->second.weights,
                                    [](const Score::Weight& weight) { return weight.millionths < 0; }))
        facts.push_back(least(of, 0));
      if (declared != ground_.scores->end() && !may_be_zero) facts.push_back(least(count({}, ground_.retention), 1));
    }
    return out;
  }

  Cases read_active() const {
    const Measure now{.kind = MeasureKind::kActive};
    const std::int64_t from = to_ms(measure_.from), until = to_ms(measure_.until);
    if (!of_.negated) return {{least(now, from), most(now, until - 1)}};
    Cases out;
    if (measure_.from != Instant::min()) out.push_back({most(now, from - 1)});
    if (measure_.until != Instant::max()) out.push_back({least(now, until)});
    return out;
  }

  Statement of_;
  const Condition& condition_;
  const Measure& measure_;
  const Ground& ground_;
};

}  // namespace

std::vector<Part> parts_of(const Rule& rule) {
  std::vector<Part> parts;
  for (const Condition& condition : rule.all) parts.push_back({{&condition, false}});
  Part any;
  for (const Condition& condition : rule.any) any.push_back({&condition, false});
  if (!any.empty()) parts.push_back(std::move(any));
  for (const Condition& condition : rule.none) parts.push_back({{&condition, true}});
  return parts;
}

Cases cases_of(const Statement& statement, const Ground& ground) { return Reader(statement, ground).read(); }

Cases cases_of(const Part& part, const Ground& ground) {
  Cases out;
  for (const Statement& statement : part) std::ranges::move(cases_of(statement, ground), std::back_inserter(out));
  return out;
}

std::vector<Cases> cases_against(const Part& part, const Ground& ground) {
  std::vector<Cases> out;
  for (const Statement& statement : part)
    out.push_back(cases_of(Statement{statement.condition, !statement.negated}, ground));
  return out;
}

}  // namespace beckon::rules::lint
