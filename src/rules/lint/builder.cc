#include <algorithm>

#include "rules/language/decimal.h"
#include "rules/lint/witness.h"

namespace beckon::rules::lint {

namespace {

std::string metadata(const std::string& field, const std::string& json) {
  return "{" + json::quote(field) + ":" + json + "}";
}

// Puts signals to where the facts of one case want them. `oldest`: as far back as they may lie, else as near.
class Builder {
 public:
  Builder(std::span<const Fact* const> facts, const Ground& ground, bool oldest)
      : facts_(facts), ground_(ground), oldest_(oldest) {}

  std::optional<Witness> build(Instant around) {
    witness_.at = around;
    set_instant();
    if (!set_context()) return std::nullopt;
    for (const Fact* fact : facts_) {
      if (fact->least && !place(*fact)) return std::nullopt;
    }
    std::ranges::stable_sort(witness_.signals, std::ranges::greater(), &Seen::ago);
    return std::move(witness_);
  }

 private:
  void set_instant() {
    for (const bool least : {true, false}) {
      for (const Fact* fact : facts_) {
        if (fact->measure.kind != MeasureKind::kActive || fact->least != least) continue;
        if (least ? to_ms(witness_.at) < fact->bound : to_ms(witness_.at) > fact->bound)
          witness_.at = instant_ms(fact->bound);
      }
    }
  }

  // For each field that must have a value: one that every list accepts.
  bool set_context() {
    for (const Fact* fact : facts_) {
      if (fact->measure.kind != MeasureKind::kContext || !fact->least) continue;
      const auto found = std::ranges::find_if(fact->measure.accepted, [&](const std::string& value) {
        return std::ranges::all_of(facts_, [&](const Fact* other) {
          return other->measure.kind != MeasureKind::kContext || other->measure.field != fact->measure.field ||
                 std::ranges::binary_search(other->measure.accepted, value) == other->least;
        });
      });
      if (found == fact->measure.accepted.end()) return false;
      witness_.context = ledger::merge(witness_.context, {{fact->measure.field, *found}});
    }
    return true;
  }

  bool place(const Fact& fact) {
    const Measure& of = fact.measure;
    const bool counts =
        of.kind == MeasureKind::kCount || of.kind == MeasureKind::kDistinct || of.kind == MeasureKind::kSteps;
    const std::size_t most = of.kind == MeasureKind::kSteps ? of.steps.size() : ledger::Window::kCapacity;
    if (counts && fact.bound > static_cast<std::int64_t>(most)) return false;
    switch (of.kind) {
      case MeasureKind::kCount: return place_count(fact);
      case MeasureKind::kDistinct: return place_distinct(fact);
      case MeasureKind::kSteps: return place_steps(fact);
      case MeasureKind::kSum:
      case MeasureKind::kMax: return place_amount(fact);
      case MeasureKind::kScore: return place_score(fact);
      case MeasureKind::kSeen:
      case MeasureKind::kLast:
      case MeasureKind::kAbsent:  // the facts beside it say what is needed
      case MeasureKind::kContext:
      case MeasureKind::kActive: break;
    }
    return true;
  }

  bool place_count(const Fact& fact) {
    while (counted(fact.measure) < fact.bound) {
      if (!put_fitting(fact.measure.filter, fact.measure.within)) return false;
    }
    return true;
  }

  bool place_distinct(const Fact& fact) {
    const std::string& field = fact.measure.field;
    for (std::int64_t i = 0; i < fact.bound; ++i) {
      const auto nth = static_cast<std::size_t>(i);
      const auto dress = [&](Seen& seen) {
        if (field.empty())
          seen.value = fitting(fact.measure.filter, {}, nth).value.value_or("v" + std::to_string(nth + 1));
        else
          seen.metadata = metadata(field, json::quote("v" + std::to_string(nth + 1)));
      };
      if (!put_fitting(fact.measure.filter, fact.measure.within, dress)) return false;
    }
    return true;
  }

  // All at one instant, in the order of their versions.
  bool place_steps(const Fact& fact) {
    for (std::int64_t i = 0; i < fact.bound; ++i) {
      if (!put_fitting(fact.measure.steps[static_cast<std::size_t>(i)], fact.measure.within)) return false;
    }
    return true;
  }

  bool place_amount(const Fact& fact) {
    std::int64_t amount = fact.bound;
    if (amount == Condition::kNoLeast) {
      amount = 0;
      for (const Fact* other : facts_) {
        if (!other->least && other->measure == fact.measure) amount = std::min(amount, other->bound);
      }
      if (amount <= Condition::kNoLeast) return false;  // asked to be nothing, too
    }
    return put_fitting(fact.measure.filter, fact.measure.within,
                       [&](Seen& seen) { seen.metadata = metadata(fact.measure.field, decimal_text(amount)); });
  }

  bool place_score(const Fact& fact) {
    constexpr std::int64_t kMost = 100;
    const auto score = ground_.scores->find(fact.measure.field);
    if (fact.bound <= 0 || score == ground_.scores->end()) return true;
    const auto& weights = score->second.weights;
    const auto best = std::ranges::max_element(weights, {}, &Score::Weight::millionths);
    if (best == weights.end() || best->millionths <= 0 || fact.bound / best->millionths > kMost) return false;
    const Filter filter{.keys = {{best->text, best->prefix}}};
    for (std::int64_t sum = 0; sum < fact.bound; sum += best->millionths) {
      if (!put_fitting(filter, Duration{1})) return false;
    }
    return true;
  }

  std::int64_t counted(const Measure& of) const {
    return std::ranges::count_if(witness_.signals, [&](const Seen& seen) {
      return seen.ago < of.within && of.filter.fits(signal_of(seen, witness_.at));
    });
  }

  // No count would be above what a fact allows.
  bool allowed(const Seen& seen) const {
    return std::ranges::all_of(facts_, [&](const Fact* fact) {
      const Measure& of = fact->measure;
      if (fact->least || of.kind != MeasureKind::kCount || seen.ago >= of.within ||
          !of.filter.fits(signal_of(seen, witness_.at)))
        return true;
      return counted(of) < fact->bound;
    });
  }

  // The edges of all windows that lie inside the span, and both its ends.
  std::vector<Duration> ages(Duration span) const {
    std::vector<Duration> out{Duration{}, span - Duration{1}};
    for (const Fact* fact : facts_) {
      if (fact->measure.within > Duration{} && fact->measure.within < span) out.push_back(fact->measure.within);
    }
    std::ranges::sort(out);
    if (oldest_) std::ranges::reverse(out);
    return out;
  }

  bool put_fitting(const Filter& filter, Duration span, const std::function<void(Seen&)>& dress = {}) {
    for (const Duration ago : ages(span)) {
      for (std::size_t nth = 0; nth < std::max<std::size_t>({filter.keys.size(), filter.values.size(), 2}); ++nth) {
        Seen seen = fitting(filter, ago, nth);
        if (dress) dress(seen);
        if (!allowed(seen)) continue;
        witness_.signals.push_back(std::move(seen));
        return true;
      }
    }
    return false;
  }

  std::span<const Fact* const> facts_;
  const Ground& ground_;
  bool oldest_;
  Witness witness_;
};

// Calls try_case(facts) with one choice of cases after the other, until it returns true or there were many.
class Choices {
 public:
  explicit Choices(std::span<const Cases> all) : all_(all) {}

  bool each(const std::function<bool(std::span<const Fact* const>)>& try_case, std::size_t depth = 0) {
    constexpr int kMost = 200;
    if (depth == all_.size()) return ++tried_ > kMost || try_case(facts_);
    for (const Case& facts : all_[depth]) {
      const std::size_t before = facts_.size();
      for (const Fact& fact : facts) facts_.push_back(&fact);
      const bool done = each(try_case, depth + 1);
      facts_.resize(before);
      if (done) return true;
    }
    return false;
  }

 private:
  std::span<const Cases> all_;
  std::vector<const Fact*> facts_;
  int tried_ = 0;
};

}  // namespace

std::optional<Witness> find_witness(std::span<const Cases> all, const Ground& ground, Instant around,
                                    const std::function<bool(const Witness&)>& confirms) {
  std::optional<Witness> found;
  Choices(all).each([&](std::span<const Fact* const> facts) {
    for (const bool oldest : {false, true}) {
      auto witness = Builder(facts, ground, oldest).build(around);
      if (!witness || !confirms(*witness)) continue;
      found = std::move(witness);
      return true;
    }
    return false;
  });
  return found;
}

}  // namespace beckon::rules::lint
