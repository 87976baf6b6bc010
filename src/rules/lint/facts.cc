#include "rules/lint/facts.h"

#include <algorithm>
#include <array>

#include "rules/language/measure_definition.h"

namespace beckon::rules::lint {

namespace {

bool impossible(const Fact& fact) {
  const auto [low, high] = definition_of(fact.measure.kind).range(fact.measure);
  return fact.least ? fact.bound > high : fact.bound < low;
}

bool clash(const Fact& one, const Fact& other) {
  if (one.least == other.least) return false;
  const Fact& low = one.least ? one : other;
  const Fact& high = one.least ? other : one;
  return low.bound > high.bound && never_exceeds(low.measure, high.measure);
}

// Walks the choices of cases, list by list; gives up if there are too many.
class Walk {
 public:
  Walk(std::span<const Cases> all) {
    for (const Cases& cases : all) lists_.push_back(&cases);
    std::ranges::stable_sort(lists_, {}, &Cases::size);
  }
  std::optional<Clash> run() { return ends_everywhere(0) ? first_ : std::nullopt; }

 private:
  static constexpr int kMostCases = 2'000;

  bool ends_everywhere(std::size_t depth) {
    if (depth == lists_.size()) return false;
    for (const Case& facts : *lists_[depth]) {
      if (++walked_ > kMostCases) return false;
      const std::size_t before = facts_.size();
      const bool ended = clashes(facts) || ends_everywhere(depth + 1);
      facts_.resize(before);
      if (!ended) return false;
    }
    return true;
  }

  // Adds facts until one clashes.
  bool clashes(const Case& facts) {
    for (const Fact& fact : facts) {
      if (impossible(fact)) return remember({fact, {}});
      for (const Fact* other : facts_) {
        if (clash(fact, *other)) return remember({*other, fact});
      }
      facts_.push_back(&fact);
      if (const Fact* other = leaves_no_value(fact)) return remember({*other, fact, !clash_of_two(*other, fact)});
    }
    return false;
  }
  // Whether some value of a context field or trait matches the first fact while all of `facts` are true; also true if
  // the matching texts cannot be listed.
  static bool leaves_a_value(const Fact& asks, std::span<const Fact* const> facts) {
    const auto texts = texts_of(asks.measure.comparison);
    return !texts || std::ranges::any_of(*texts, [&](const std::string& text) {
      return std::ranges::all_of(
          facts, [&](const Fact* fact) { return holds_text(fact->measure.comparison, text) == fact->least; });
    });
  }
  static bool clash_of_two(const Fact& one, const Fact& other) {
    const std::array both{&one, &other};
    return !leaves_a_value(one, both);
  }
  // Takes all comparisons of one context field or trait together: the first one that needs a value, if the others leave
  // none.
  const Fact* leaves_no_value(const Fact& last) const {
    if (last.measure.kind != MeasureKind::kContext && last.measure.kind != MeasureKind::kTrait) return nullptr;
    std::vector<const Fact*> concerned;
    std::ranges::copy_if(facts_, std::back_inserter(concerned), [&](const Fact* fact) {
      return fact->measure.kind == last.measure.kind && fact->measure.field == last.measure.field;
    });
    const auto found = std::ranges::find_if(
        concerned, [&](const Fact* fact) { return fact->least && !leaves_a_value(*fact, concerned); });
    return found == concerned.end() ? nullptr : *found;
  }
  bool remember(Clash found) {
    const auto same = [](const Clash& a, const Clash& b) {
      const auto second = [](const Clash& of) { return of.other ? of.other->of.condition : nullptr; };
      return a.one.of.condition == b.one.of.condition && second(a) == second(b);
    };
    if (!first_)
      first_ = std::move(found);
    else if (!same(*first_, found))
      first_->elsewhere = true;
    return true;
  }

  std::vector<const Cases*> lists_;
  std::vector<const Fact*> facts_;
  std::optional<Clash> first_;
  int walked_ = 0;
};

constexpr std::size_t kMostAlternatives = 128;  // of one part; walking this many cases takes no noticeable time

// The alternatives of a branch, each with all that must be true in it; std::nullopt if there are too many.
std::optional<Part> alternatives_of(const Branch& branch) {
  Part out;
  if (!branch.any) out.emplace_back();
  for (const auto& [condition, negated] : branch.literals) {
    const Statement statement{&condition, negated};
    if (branch.any)
      out.push_back({statement});
    else
      out.front().push_back(statement);
  }
  for (const Branch& inner : branch.branches) {
    const auto parts = alternatives_of(inner);
    if (!parts || out.size() * parts->size() > kMostAlternatives) return std::nullopt;
    if (branch.any) {
      out.insert(out.end(), parts->begin(), parts->end());
      continue;
    }
    Part product;
    for (const Alternative& one : out) {
      for (const Alternative& other : *parts) {
        product.push_back(one);
        product.back().insert(product.back().end(), other.begin(), other.end());
      }
    }
    out = std::move(product);
  }
  return out;
}

}  // namespace

bool never_exceeds(const Measure& one, const Measure& other) {
  if (one == other) return true;
  if (one.scope == Scope::kVisitor && other.scope == Scope::kSession) return false;
  const bool same_unit = one.calendar == other.calendar && one.zone == other.zone && one.zone_name == other.zone_name;
  if (other.calendar != Calendar::kNone && !same_unit) return false;
  if (other.since && !(one.since && one.after == other.after)) return false;
  return definition_of(other.kind).never_exceeded(one, other);
}

Parts parts_of(const Rule& rule) {
  Parts out;
  for (const Condition& condition : rule.all) out.parts.push_back({{{&condition, false}}});
  Part any;
  for (const Condition& condition : rule.any) any.push_back({{&condition, false}});
  if (!any.empty()) out.parts.push_back(std::move(any));
  for (const Condition& condition : rule.none) out.parts.push_back({{{&condition, true}}});
  for (const Branch& branch : rule.more) {
    if (auto part = alternatives_of(branch))
      out.parts.push_back(std::move(*part));
    else
      out.whole = false;
  }
  return out;
}

Cases cases_of(const Statement& statement, const Ground& ground) {
  return definition_of(statement.condition->measure.kind).cases(Said(statement, ground));
}

// For each statement of an alternative, one of its cases is true. If these are too many, the part says nothing.
Cases cases_of(const Part& part, const Ground& ground) {
  Cases out;
  for (const Alternative& together : part) {
    Cases all{{}};
    for (const Statement& statement : together) {
      Cases longer;
      for (const Case& one : cases_of(statement, ground)) {
        for (const Case& before : all) {
          longer.push_back(before);
          longer.back().insert(longer.back().end(), one.begin(), one.end());
        }
      }
      all = std::move(longer);
      if (all.size() + out.size() > kMostAlternatives) return {{}};
    }
    std::ranges::move(all, std::back_inserter(out));
  }
  return out;
}

// In each alternative, some statement is false.
std::vector<Cases> cases_against(const Part& part, const Ground& ground) {
  std::vector<Cases> out;
  for (const Alternative& together : part) {
    Cases& cases = out.emplace_back();
    for (const Statement& statement : together)
      std::ranges::move(cases_of(Statement{statement.condition, !statement.negated}, ground),
                        std::back_inserter(cases));
  }
  return out;
}

std::optional<Clash> refute(std::span<const Cases> all) { return Walk(all).run(); }

}  // namespace beckon::rules::lint
