#include <algorithm>

#include "rules/language/counter.h"
#include "rules/language/measure_definition.h"
#include "rules/lint/witness.h"

namespace beckon::rules::lint {

namespace {

// Places signals as the facts of one case require. `oldest`: as far back as possible, otherwise as recent as possible.
class Builder final : public Placer {
 public:
  Builder(std::span<const Fact* const> facts, const Ground& ground, bool oldest)
      : facts_(facts), ground_(ground), oldest_(oldest) {}

  std::optional<Witness> build(Instant around) {
    witness_.at = around;
    set_instant();
    if (!set_values() || !set_counters()) return std::nullopt;
    for (const Fact* fact : facts_)
      if (fact->least && fact->measure.since) put(fact->measure.after, ground_.retention);
    for (const Fact* fact : facts_) {
      const auto place = definition_of(fact->measure.kind).place;
      if (fact->least && place != nullptr && !place(*this, *fact)) return std::nullopt;
    }
    std::ranges::stable_sort(witness_.signals, std::ranges::greater(), &Seen::ago);
    return std::move(witness_);
  }

  std::span<const Fact* const> facts() const override { return facts_; }
  const Ground& ground() const override { return ground_; }

  std::int64_t counted(const Measure& count) const override {
    return std::ranges::count_if(witness_.signals, [&](const Seen& seen) {
      return seen.ago < count.within && count.filter.fits(signal_of(seen, witness_.at));
    });
  }

  bool put(const Filter& filter, Duration span, const std::function<void(Seen&)>& dress = {}) override {
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

 private:
  static constexpr std::int64_t kOne = 1'000'000;
  struct Range {  // in millionths
    std::int64_t low = Condition::kNoLeast, high = kEvery;
    bool asked = false;
    std::int64_t least() const { return low <= 0 ? 0 : (low + kOne - 1) / kOne; }  // in whole numbers
  };
  struct Ages {
    Duration least{}, most = Duration::max();
    bool asked = false;
  };

  void set_instant() {
    for (const bool least : {true, false}) {
      for (const Fact* fact : facts_) {
        if (fact->measure.kind != MeasureKind::kActive || fact->least != least) continue;
        if (least ? to_ms(witness_.at) < fact->bound : to_ms(witness_.at) > fact->bound)
          witness_.at = instant_ms(fact->bound);
      }
    }
  }

  // For each context field and trait that needs a value: one that meets all requirements.
  bool set_values() {
    for (const Fact* fact : facts_) {
      const Measure& of = fact->measure;
      if (!fact->least) continue;
      if (of.kind == MeasureKind::kTraitAge) say(of.field, json::quote(to_rfc3339(instant_for(of))));
      if (of.kind != MeasureKind::kContext && of.kind != MeasureKind::kTrait) continue;
      const auto value = value_of(of);
      if (!value) return false;
      if (of.kind == MeasureKind::kTrait)
        say(of.field, json::quote(*value));
      else
        witness_.context = ledger::merge(witness_.context, {{of.field, *value}});
    }
    return true;
  }
  void say(const std::string& trait, std::string json) {
    ledger::take(witness_.traits, {.name = trait,
                                   .op = ledger::TraitOp::kSet,
                                   .value = std::move(json),
                                   .rank = 1,
                                   .source = "crm",
                                   .stamp = {witness_.at, ++said_}});
  }
  // For each lifetime counter in the facts: its subtotals.
  bool set_counters() {
    for (const Fact* fact : facts_) {
      const Measure& of = fact->measure;
      if (!is_of_counter(of.kind) || witness_.counters.contains(of.field)) continue;
      if (!set_counter(of.field)) return false;
    }
    return true;
  }
  bool set_counter(const std::string& name) {
    const auto in_range = [&](EverOf what) {
      Range range;
      for (const Fact* fact : facts_) {
        const Measure& of = fact->measure;
        if (of.kind != MeasureKind::kEver || of.field != name || of.ever != what) continue;
        if (fact->least)
          range.low = std::max(range.low, fact->bound), range.asked = true;
        else
          range.high = std::min(range.high, fact->bound);
      }
      return range;
    };
    const auto aged = [&](EverOf what) {
      Ages ages;
      for (const Fact* fact : facts_) {
        const Measure& of = fact->measure;
        if (of.kind != MeasureKind::kEverAge || of.field != name || of.ever != what || !fact->least) continue;
        ages = {std::max(ages.least, of.least_age), std::min(ages.most, of.most_age), true};
      }
      return ages;
    };
    const Range counts = in_range(EverOf::kCount), sums = in_range(EverOf::kSum), days = in_range(EverOf::kDays);
    const Ages first = aged(EverOf::kFirst), last = aged(EverOf::kLast);
    std::int64_t count = std::max(counts.least(), days.least());
    if (sums.asked || first.asked || last.asked) count = std::max<std::int64_t>(count, 1);
    ledger::Subtotal sum{.counter = witness_.counters.size() + 1};
    if (count > 0) {
      const bool on_no_day = days.high < kOne;  // of those considered
      const std::int64_t on = on_no_day ? 1 : std::max<std::int64_t>(days.least(), 1);
      if (on > ledger::Days::kSpan) return false;
      Duration ago = last.asked || !first.asked ? last.least : first.least;
      if (on_no_day) ago = std::max(ago, Duration{std::chrono::days{ledger::Days::kSpan + 1}});
      Duration from = std::max(ago + Duration{std::chrono::days{on - 1}}, first.least);
      if (ago > last.most || from > first.most) return false;
      if (from > ago) count = std::max<std::int64_t>(count, 2);
      sum.first = witness_.at - from;
      sum.last = witness_.at - ago;
      const auto bits = on == ledger::Days::kSpan ? ~std::uint64_t{0} : (std::uint64_t{1} << on) - 1;
      sum.days = {static_cast<std::int32_t>(std::chrono::floor<std::chrono::days>(sum.last.time_since_epoch()).count()),
                  bits};
      sum.count = static_cast<std::uint64_t>(count);
    }
    if (count > counts.high / kOne) return !counts.asked && counts.high < 0;
    if (sums.asked) {
      const std::int64_t amount = sums.low > Condition::kNoLeast ? sums.low : std::min<std::int64_t>(0, sums.high);
      sum.amounts = 1;
      sum.units = amount / kOne;
      sum.rest = amount % kOne;
    }
    witness_.counters.emplace(name, sum);
    return true;
  }
  // In whole seconds, as far as the bounds allow.
  Instant instant_for(const Measure& of) const {
    const bool is_bounded_below = of.least_age != Duration::min();
    return witness_.at - (is_bounded_below ? of.least_age : of.most_age);
  }
  std::optional<std::string> value_of(const Measure& of) const {
    const auto of_field = [&](const Fact* fact) {
      return fact->measure.kind == of.kind && fact->measure.field == of.field;
    };
    for (const Fact* fact : facts_) {
      if (!of_field(fact) || !fact->least) continue;
      for (std::string& text : examples_of(fact->measure.comparison)) {
        const bool fits = std::ranges::all_of(facts_, [&](const Fact* other) {
          return !of_field(other) || holds_text(other->measure.comparison, text) == other->least;
        });
        if (fits && !text.empty()) return std::move(text);
      }
    }
    return std::nullopt;
  }

  // Whether no count would exceed what a fact allows.
  bool allowed(const Seen& seen) const {
    return std::ranges::all_of(facts_, [&](const Fact* fact) {
      const Measure& of = fact->measure;
      if (fact->least || of.kind != MeasureKind::kCount || seen.ago >= of.within ||
          !of.filter.fits(signal_of(seen, witness_.at)))
        return true;
      return counted(of) < fact->bound;
    });
  }

  // The edges of all windows within the span, and both its ends.
  std::vector<Duration> ages(Duration span) const {
    std::vector<Duration> out{Duration{}, span - Duration{1}};
    for (const Fact* fact : facts_) {
      if (fact->measure.within > Duration{} && fact->measure.within < span) out.push_back(fact->measure.within);
    }
    std::ranges::sort(out);
    if (oldest_) std::ranges::reverse(out);
    return out;
  }

  std::span<const Fact* const> facts_;
  const Ground& ground_;
  bool oldest_;
  std::uint64_t said_ = 0;  // traits
  Witness witness_;
};

// Calls try_case(facts) for one choice of cases after another, until it returns true or the limit is reached.
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
