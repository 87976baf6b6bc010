#include "rules/lint/facts.h"

#include <algorithm>

#include "ledger/window.h"

namespace beckon::rules::lint {

namespace {

constexpr std::int64_t kEvery = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kSessions = 20;  // of a visitor that scope visitor looks at

bool covers(const Pattern& wide, const Pattern& narrow) {
  return wide.prefix ? narrow.text.starts_with(wide.text) : !narrow.prefix && wide.text == narrow.text;
}

// Of lists of which none means "all": every entry of the one is covered by an entry of the other.
template <class T, class Covers>
bool lists_narrower(const std::vector<T>& one, const std::vector<T>& other, Covers covered_by) {
  if (other.empty()) return true;
  return !one.empty() && std::ranges::all_of(one, [&](const T& narrow) {
    return std::ranges::any_of(other, [&](const T& wide) { return covered_by(wide, narrow); });
  });
}

// The least and the greatest that a measure can be.
std::pair<std::int64_t, std::int64_t> domain(const Measure& of) {
  const auto window =
      static_cast<std::int64_t>(ledger::Window::kCapacity) * (of.scope == Scope::kVisitor ? kSessions : 1);
  switch (of.kind) {
    case MeasureKind::kCount: return {0, window};
    case MeasureKind::kDistinct: {
      const bool listed =
          of.field.empty() && !of.filter.values.empty() && std::ranges::none_of(of.filter.values, &Pattern::prefix);
      return {0, listed ? std::min(window, std::ssize(of.filter.values)) : window};
    }
    case MeasureKind::kSteps: return {0, std::ssize(of.steps)};
    case MeasureKind::kSeen:
    case MeasureKind::kLast:
    case MeasureKind::kAbsent:
    case MeasureKind::kContext: return {0, 1};
    case MeasureKind::kSum:
    case MeasureKind::kMax:
    case MeasureKind::kScore:
    case MeasureKind::kActive: break;
  }
  return {kNothing, kEvery};
}

bool impossible(const Fact& fact) {
  const auto [low, high] = domain(fact.measure);
  return fact.least ? fact.bound > high : fact.bound < low;
}

bool clash(const Fact& one, const Fact& other) {
  if (one.least == other.least) return false;
  const Fact& low = one.least ? one : other;
  const Fact& high = one.least ? other : one;
  return low.bound > high.bound && never_exceeds(low.measure, high.measure);
}

// Walks the choices of cases, one list after the other; gives up where there are too many.
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

  // Adds the facts until one clashes.
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
  static bool clash_of_two(const Fact& one, const Fact& other) {
    return std::ranges::none_of(one.measure.accepted, [&](const std::string& value) {
      return std::ranges::binary_search(other.measure.accepted, value) == other.least;
    });
  }
  // Of all lists for one field of the context together: the first that asks for a value, where the rest leaves none.
  const Fact* leaves_no_value(const Fact& last) const {
    const auto concerns = [&](const Fact* fact) {
      return fact->measure.kind == MeasureKind::kContext && last.measure.kind == MeasureKind::kContext &&
             fact->measure.field == last.measure.field;
    };
    const auto asks = std::ranges::find_if(facts_, [&](const Fact* fact) { return concerns(fact) && fact->least; });
    if (asks == facts_.end()) return nullptr;
    const bool left = std::ranges::any_of((*asks)->measure.accepted, [&](const std::string& value) {
      return std::ranges::all_of(facts_, [&](const Fact* fact) {
        return !concerns(fact) || std::ranges::binary_search(fact->measure.accepted, value) == fact->least;
      });
    });
    return left ? nullptr : *asks;
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

}  // namespace

bool narrower(const Filter& one, const Filter& other) {
  return lists_narrower(one.keys, other.keys, covers) && lists_narrower(one.values, other.values, covers) &&
         lists_narrower(one.sources, other.sources, std::equal_to<>()) && one.min_confidence >= other.min_confidence;
}

bool never_exceeds(const Measure& one, const Measure& other) {
  if (one == other) return true;
  if (one.scope == Scope::kVisitor && other.scope == Scope::kSession) return false;
  const bool inside = one.within <= other.within;
  switch (other.kind) {
    case MeasureKind::kCount:
      if (one.kind == MeasureKind::kSteps)
        return inside &&
               std::ranges::all_of(one.steps, [&](const Filter& step) { return narrower(step, other.filter); });
      return (one.kind == MeasureKind::kCount || one.kind == MeasureKind::kDistinct) && inside &&
             narrower(one.filter, other.filter);
    case MeasureKind::kDistinct:
    case MeasureKind::kMax:
      return one.kind == other.kind && one.field == other.field && inside && narrower(one.filter, other.filter);
    case MeasureKind::kSteps:
      return one.kind == other.kind && inside && one.steps.size() <= other.steps.size() &&
             std::ranges::equal(one.steps, std::span(other.steps).first(one.steps.size()), narrower);
    case MeasureKind::kAbsent:
      return one.kind == other.kind && one.scope == other.scope && one.after == other.after && one.wait >= other.wait &&
             narrower(other.filter, one.filter);
    case MeasureKind::kContext:
      return one.kind == other.kind && one.field == other.field && std::ranges::includes(other.accepted, one.accepted);
    case MeasureKind::kSeen:
    case MeasureKind::kLast:
    case MeasureKind::kSum:
    case MeasureKind::kScore:
    case MeasureKind::kActive: break;
  }
  return false;
}

std::optional<Clash> refute(std::span<const Cases> all) { return Walk(all).run(); }

}  // namespace beckon::rules::lint
