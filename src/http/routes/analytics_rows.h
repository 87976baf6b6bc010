// What analytics has of a time range, put together for the views of it (JSON in analytics_view.h, CSV in
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

// Rows of one trigger, or of one arm of a rule, bucket by bucket.
using Series = std::span<const Tally>;

// How many conversions took so many seconds.
using Times = std::map<std::int64_t, std::int64_t>;

struct AnalyticsRows {
  std::vector<Tally> tallies;                                     // in the order of commit::Analytics::tallies
  std::map<commit::TallyKey, std::vector<RevenueTally>> revenue;  // by series and bucket
  std::map<commit::TallyKey, Times> times;                        // by series: the key without its hour
  Times of_acts;                                                  // of the decisions in which a live rule acted

  std::span<const RevenueTally> revenue_of(const Tally& tally) const;
  std::vector<RevenueTally> revenue_of(Series series) const;  // all buckets together
  Times times_of(Series series) const;
};

// Reads all of it. Fault: also validation_error where there are more than 20,000 points.
Result<AnalyticsRows> read_rows(commit::Analytics& analytics, const commit::Analytics::Question& question);

// Series by series, those of triggers as a whole too.
std::vector<Series> all_series(const AnalyticsRows& rows);
// One in which only visitors with two arms are counted is none.
bool is_of_rule(const AnalyticsRows& rows, Series series);

commit::Counts totals(Series series);
std::int64_t count_of(const commit::Counts& counts, Metric metric);

// The time that half of the conversions took at most, in seconds: the middle one, or halfway between the two in the
// middle. std::nullopt if there are none. A time of which more was taken away than counted is left out.
struct TimeToConvert {
  std::optional<double> median;
  std::int64_t conversions = 0;
};
TimeToConvert time_to_convert(const Times& times);

// In the order of the answer, with their names in it.
inline constexpr std::pair<Metric, std::string_view> kOfRules[] = {
    {Metric::kActed, "acted"},         {Metric::kSuppressed, "suppressed"},
    {Metric::kHeldOut, "heldOut"},     {Metric::kShown, "shown"},
    {Metric::kClicked, "clicked"},     {Metric::kDismissed, "dismissed"},
    {Metric::kConverted, "converted"}, {Metric::kValue, "value"}};
inline constexpr std::pair<Metric, std::string_view> kOfHolds[] = {
    {Metric::kHeldByLimit, "limit"}, {Metric::kHeldByHours, "hours"}, {Metric::kHeldByRender, "render"}};

}  // namespace beckon::http
