// What is counted of decisions: per handle, hour, trigger, rule and arm. Added up in memory within a batch, so that a
// commit of many decisions writes a handful of rows; and the port that reads them.
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
  kSuppressed,  // held back: by closed hours, a cap or a cooldown, or a missing value
  kHeldOut,     // in the control group of a rule that would have acted
  kShown,
  kClicked,
  kDismissed,
  kHeldByHours,  // of kSuppressed; those that were counted before reasons were kept have none
  kHeldByLimit,
  kHeldByRender,
  kConverted,  // signals that reached the rule's goal; of the row without rule and trigger: of several rules' goals
  kValue,      // of conversions, in millionths
};
inline constexpr std::size_t kMetrics = 12;
using Counts = std::array<std::int64_t, kMetrics>;

// Whom a row counts. Order: handle first, so that a tenant's rows lie together.
struct TallyKey {
  Handle handle;
  Instant hour{};        // its beginning
  std::string trigger;   // empty: those that no rule of the handle names
  RuleId rule;           // empty: of the trigger as a whole
  std::string variant;   // empty: a rule without arms, or its control group
  bool shadow = false;   // what a rule in shadow would have done
  bool holdout = false;  // the control group
  friend auto operator<=>(const TallyKey&, const TallyKey&) = default;
};

using Tallies = std::map<TallyKey, Counts>;

// What conversions with a value come to in one currency.
struct Revenue {
  __extension__ using Squares = __int128;
  static constexpr std::int64_t kSquared = 100;        // millionths: of what the squares are
  static constexpr double kSquaresOfUnit = 1e4 * 1e4;  // of one unit of the currency

  std::int64_t conversions = 0;
  std::int64_t value = 0;  // millionths
  Squares squares = 0;     // of the value of each decision, all its conversions together
  friend bool operator==(const Revenue&, const Revenue&) = default;
};

// Beyond what it holds, it stays the most that it does.
inline void add(Revenue& to, const Revenue& more) {
  constexpr Revenue::Squares kMost = Revenue::Squares{1} << 125;
  const auto bounded = [](Revenue::Squares n) { return n > kMost ? kMost : n < -kMost ? -kMost : n; };
  to.conversions = rules::added(to.conversions, more.conversions);
  to.value = rules::added(to.value, more.value);
  to.squares = bounded(bounded(to.squares) + bounded(more.squares));
}

// What the conversions of a row come to. Numbers may be negative: what a split of a visitor takes away.
struct GoalCounts {
  std::map<std::string, Revenue> revenue;      // by currency: three capital letters; empty: none is known
  std::map<std::int64_t, std::int64_t> times;  // conversions by the seconds since their decision, as counted_seconds
};
using GoalTallies = std::map<TallyKey, GoalCounts>;

inline void add(GoalCounts& to, const GoalCounts& more) {
  for (const auto& [currency, revenue] : more.revenue) add(to.revenue[currency], revenue);
  for (const auto& [seconds, n] : more.times) {
    std::int64_t& counted = to.times[seconds];
    counted = rules::added(counted, n);
  }
}

// Whole seconds, as the times of conversions are counted: rounded to three significant digits, so that they are off by
// at most 0.5 %, and there are at most 900 of them between a time and its tenfold.
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
  std::optional<double> squares;  // as in Revenue; std::nullopt: some were counted by a version that kept none
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
    RuleId rule;                // empty: every one
    std::string trigger;        // empty: every one
  };
  // In the order of (trigger, rule, variant, shadow, holdout, bucket), at most `limit`. Where a rule is asked for, rows
  // of triggers as a whole come too.
  virtual Result<std::vector<Tally>> tallies(const Question& question, std::size_t limit) = 0;
  // In that order, and within a bucket by currency; at most `limit`. Of the rule that is asked for alone.
  virtual Result<std::vector<RevenueTally>> revenue(const Question& question, std::size_t limit) = 0;
  // Of the whole range, in the order of (trigger, rule, variant, shadow, holdout, seconds). Calls `take` for each.
  virtual Result<void> times(const Question& question, const std::function<void(const TimeTally&)>& take) = 0;
};

}  // namespace beckon::commit
