// The analytics of a time range, collected for its views (JSON in analytics_view.h, CSV in
// analytics_csv.h).
#pragma once
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "commit/tally.h"

namespace beckon::http {

using commit::Metric;
using commit::RevenueTally;
using commit::Tally;

// Rows of one trigger, or of one arm of a rule, by bucket.
using Series = std::span<const Tally>;

// Number of conversions by the seconds that they took.
using Times = std::map<std::int64_t, std::int64_t>;

struct AnalyticsRows {
  std::vector<Tally> tallies;                                     // in the order of commit::Analytics::tallies
  std::map<commit::TallyKey, std::vector<RevenueTally>> revenue;  // by series and bucket
  std::map<commit::TallyKey, Times> times;                        // by series: the key without its hour
  Times of_acts;                                                  // of decisions in which a live rule acted

  std::span<const RevenueTally> revenue_of(const Tally& tally) const;
  std::vector<RevenueTally> revenue_of(Series series) const;  // summed over all buckets
  Times times_of(Series series) const;
};

// Reads all of these. Fault: also validation_error if there are more than 20,000 points.
Result<AnalyticsRows> read_rows(commit::Analytics& analytics, const commit::Analytics::Question& question);

// All series, including those of triggers as a whole.
std::vector<Series> all_series(const AnalyticsRows& rows);
// Whether the series is a rule's. One that only counts visitors with two arms is not.
bool is_of_rule(const AnalyticsRows& rows, Series series);

commit::Counts totals(Series series);
std::int64_t count_of(const commit::Counts& counts, Metric metric);

// The median time of the conversions, in seconds (the mean of the middle two if their number is even); std::nullopt if
// there are none. A time with a negative count is ignored.
struct TimeToConvert {
  std::optional<double> median;
  std::int64_t conversions = 0;
};
TimeToConvert time_to_convert(const Times& times);

// In the order of the response, with the names used there.
inline constexpr std::pair<Metric, std::string_view> kOfRules[] = {
    {Metric::kActed, "acted"},         {Metric::kSuppressed, "suppressed"},
    {Metric::kHeldOut, "heldOut"},     {Metric::kShown, "shown"},
    {Metric::kClicked, "clicked"},     {Metric::kDismissed, "dismissed"},
    {Metric::kConverted, "converted"}, {Metric::kValue, "value"}};
inline constexpr std::pair<Metric, std::string_view> kOfHolds[] = {
    {Metric::kHeldByLimit, "limit"}, {Metric::kHeldByHours, "hours"}, {Metric::kHeldByRender, "render"}};
inline constexpr std::pair<Metric, std::string_view> kOfMixed[] = {{Metric::kMixed, "decisions"},
                                                                   {Metric::kMixedConverted, "converted"}};

}  // namespace beckon::http
