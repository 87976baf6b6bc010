#include "http/routes/analytics_rows.h"

#include <algorithm>
#include <string>

#include "base/fault.h"
#include "rules/language/decimal.h"

namespace beckon::http {
namespace {

constexpr std::size_t kMostRows = 20'000;  // of a response, one point each

Fault too_many_points() {
  Issues issues;
  issues.add("since", "gives more than 20,000 points up to until; use days, a shorter range, or a single rule");
  return issues.fault();
}

commit::TallyKey without_hour(commit::TallyKey key) {
  key.hour = {};
  return key;
}

bool is_zero(const RevenueTally& one) { return one.conversions == 0 && one.value == 0 && one.squares.value_or(0) == 0; }

Series next_series(Series rest) {
  const commit::TallyKey first = without_hour(rest.front().key);
  std::size_t size = 0;
  while (size < rest.size() && without_hour(rest[size].key) == first) ++size;
  return rest.first(size);
}

}  // namespace

Result<AnalyticsRows> read_rows(commit::Analytics& analytics, const commit::Analytics::Question& question) {
  auto tallies = analytics.tallies(question, kMostRows + 1);
  if (!tallies) return unexpected(tallies.error());
  auto revenue = analytics.revenue(question, kMostRows + 1);
  if (!revenue) return unexpected(revenue.error());
  if (tallies->size() > kMostRows || revenue->size() > kMostRows) return unexpected(too_many_points());
  AnalyticsRows rows;
  rows.tallies = std::move(*tallies);
  for (RevenueTally& one : *revenue)
    if (!is_zero(one)) rows.revenue[one.key].push_back(std::move(one));
  const auto took = analytics.times(question, [&](const commit::TimeTally& one) {
    rows.times[one.key][one.seconds] = one.conversions;
    if (one.key.shadow || one.key.holdout) return;
    std::int64_t& n = rows.of_acts[one.seconds];
    n = rules::added(n, one.conversions);
  });
  if (!took) return unexpected(took.error());
  return rows;
}

std::span<const RevenueTally> AnalyticsRows::revenue_of(const Tally& tally) const {
  const auto found = revenue.find(tally.key);
  return found == revenue.end() ? std::span<const RevenueTally>{} : found->second;
}

std::vector<RevenueTally> AnalyticsRows::revenue_of(Series series) const {
  std::map<std::string, RevenueTally> sums;
  for (const Tally& tally : series)
    for (const RevenueTally& one : revenue_of(tally)) {
      const auto [place, is_new] = sums.try_emplace(one.currency, one);
      if (is_new) continue;
      RevenueTally& sum = place->second;
      sum.conversions = rules::added(sum.conversions, one.conversions);
      sum.value = rules::added(sum.value, one.value);
      sum.squares = sum.squares && one.squares ? std::optional(*sum.squares + *one.squares) : std::nullopt;
    }
  std::vector<RevenueTally> all;
  for (auto& [currency, sum] : sums)
    if (!is_zero(sum)) all.push_back(std::move(sum));
  return all;
}

Times AnalyticsRows::times_of(Series series) const {
  const auto found = times.find(without_hour(series.front().key));
  return found == times.end() ? Times{} : found->second;
}

std::vector<Series> all_series(const AnalyticsRows& rows) {
  std::vector<Series> all;
  for (Series rest = rows.tallies; !rest.empty(); rest = rest.subspan(all.back().size()))
    all.push_back(next_series(rest));
  return all;
}

bool is_of_rule(const AnalyticsRows& rows, Series series) {
  if (series.front().key.rule.empty()) return false;
  const commit::Counts total = totals(series);
  return std::ranges::any_of(kOfRules, [&](const auto& one) { return count_of(total, one.first) != 0; }) ||
         !rows.revenue_of(series).empty();
}

commit::Counts totals(Series series) {
  commit::Counts total{};
  for (const Tally& tally : series)
    for (std::size_t i = 0; i < total.size(); ++i) total[i] = rules::added(total[i], tally.counts[i]);
  return total;
}

std::int64_t count_of(const commit::Counts& counts, Metric metric) { return counts[static_cast<std::size_t>(metric)]; }

TimeToConvert time_to_convert(const Times& times) {
  TimeToConvert found;
  for (const auto& [seconds, n] : times)
    found.conversions = rules::added(found.conversions, std::max<std::int64_t>(n, 0));
  if (found.conversions == 0) return found;
  // The time of the conversion at this position, from 0, in order of time.
  const auto at = [&](std::int64_t place) {
    for (const auto& [seconds, n] : times)
      if ((place -= std::max<std::int64_t>(n, 0)) < 0) return static_cast<double>(seconds);
    return static_cast<double>(times.rbegin()->first);
  };
  found.median = (at((found.conversions - 1) / 2) + at(found.conversions / 2)) / 2;
  return found;
}

}  // namespace beckon::http
