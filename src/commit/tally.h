// What is counted of decisions: per handle, hour, trigger, rule and arm. Added up in memory within a batch, so that a
// commit of many decisions writes a handful of rows; and the port that reads them.
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/instant.h"
#include "base/result.h"

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

struct Tally {
  TallyKey key;  // `hour` is the beginning of the bucket
  Counts counts{};
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
};

}  // namespace beckon::commit
