// Counts of decisions per handle, hour, trigger, rule and arm, and the port that reads them. They are summed in memory
// within a batch, so that a commit of many decisions writes only a few rows.
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/instant.h"
#include "base/result.h"
#include "rules/language/decimal.h"

namespace beckon::commit {

enum class Metric : std::uint8_t {
  kAsked,  // of a row without a rule: of a trigger, by resolve or by a prefetch that was shown. Of a row with one:
           // visitors who were given two of its arms, before they were known to be one
  kActed,
  kSuppressed,  // held back by closed hours, a cap or a cooldown, or a missing value
  kHeldOut,     // in the control group of a rule that would have acted
  kShown,
  kClicked,
  kDismissed,
  kHeldByHours,  // part of kSuppressed; counts from before reasons were recorded have none
  kHeldByLimit,
  kHeldByRender,
  kMixed,           // part of kActed or kHeldOut: decisions about visitors who were given two arms of the rule, whose
  kMixedConverted,  // goal was not yet settled; and the part of kConverted that these decisions have
  kConverted,  // signals that reached the rule's goal; in the row without rule and trigger: the goals of several rules
  kValue,      // of conversions, in millionths
};
inline constexpr std::size_t kMetrics = 14;
using Counts = std::array<std::int64_t, kMetrics>;

// What a row counts. Sorted by handle first, so that a tenant's rows are adjacent.
struct TallyKey {
  Handle handle;
  Instant hour{};        // its beginning
  std::string trigger;   // empty for triggers that no rule of the handle names
  RuleId rule;           // empty for the trigger as a whole
  std::string variant;   // empty for a rule without arms, or its control group
  bool shadow = false;   // what a rule in shadow would have done
  bool holdout = false;  // the control group
  friend auto operator<=>(const TallyKey&, const TallyKey&) = default;
};

using Tallies = std::map<TallyKey, Counts>;

// The conversions of a row with a value in one currency.
struct Revenue {
  __extension__ using Squares = __int128;
  static constexpr std::int64_t kSquared = 100;        // the value is squared in units of this many millionths
  static constexpr double kSquaresOfUnit = 1e4 * 1e4;  // for a value of one unit of the currency

  std::int64_t conversions = 0;
  std::int64_t value = 0;  // millionths
  Squares squares = 0;     // sum over the decisions of the squared value of all their conversions
  friend bool operator==(const Revenue&, const Revenue&) = default;
};

// Saturates at the limits of the types.
inline void add(Revenue& to, const Revenue& more) {
  constexpr Revenue::Squares kMost = Revenue::Squares{1} << 125;
  const auto bounded = [](Revenue::Squares n) { return n > kMost ? kMost : n < -kMost ? -kMost : n; };
  to.conversions = rules::added(to.conversions, more.conversions);
  to.value = rules::added(to.value, more.value);
  to.squares = bounded(bounded(to.squares) + bounded(more.squares));
}

// The values and times of a row's conversions. Numbers may be negative, if a split of a visitor subtracts more.
struct GoalCounts {
  std::map<std::string, Revenue> revenue;      // by currency: three capital letters; empty if unknown
  std::map<std::int64_t, std::int64_t> times;  // conversions by counted_seconds since their decision
};
using GoalTallies = std::map<TallyKey, GoalCounts>;

inline void add(GoalCounts& to, const GoalCounts& more) {
  for (const auto& [currency, revenue] : more.revenue) add(to.revenue[currency], revenue);
  for (const auto& [seconds, n] : more.times) {
    std::int64_t& counted = to.times[seconds];
    counted = rules::added(counted, n);
  }
}

// A conversion's time in whole seconds, rounded to three significant digits: the error is at most 0.5 %, and there are
// at most 900 different values between a time and ten times that.
std::int64_t counted_seconds(Duration time);

struct Tally {
  TallyKey key;  // `hour` is the beginning of the bucket
  Counts counts{};
};

struct RevenueTally {
  TallyKey key;          // `hour` is the beginning of the bucket
  std::string currency;  // as in GoalCounts
  std::int64_t conversions = 0;
  std::int64_t value = 0;         // millionths
  std::optional<double> squares;  // as in Revenue; std::nullopt if a version without squares counted some
};

struct TimeTally {
  TallyKey key;  // without `hour`
  std::int64_t seconds = 0;
  std::int64_t conversions = 0;
};

// Thread-safe.
class Analytics {
 public:
  virtual ~Analytics() = default;

  struct Question {
    Handle handle;
    Instant since{}, until{};  // hours that begin in [since, until)
    Duration bucket =
        std::chrono::hours{1};  // a whole number of hours; buckets begin at multiples of it since the epoch
    RuleId rule;                // empty for all
    std::string trigger;        // empty for all
  };
  // In the order of (trigger, rule, variant, shadow, holdout, bucket), at most `limit`. If a rule is given, rows of
  // triggers as a whole are included.
  virtual Result<std::vector<Tally>> tallies(const Question& question, std::size_t limit) = 0;
  // In the same order, and within a bucket by currency; at most `limit`. If a rule is given, only its rows.
  virtual Result<std::vector<RevenueTally>> revenue(const Question& question, std::size_t limit) = 0;
  // For the whole range, calls `take` in the order of (trigger, rule, variant, shadow, holdout, seconds).
  virtual Result<void> times(const Question& question, const std::function<void(const TimeTally&)>& take) = 0;
};

}  // namespace beckon::commit
