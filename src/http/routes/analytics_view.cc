#include "http/routes/analytics_view.h"

#include "rules/language/decimal.h"

namespace beckon::http {
namespace {

void write_values(json::Writer& out, std::span<const RevenueTally> revenue) {
  out.key("values").begin_array();
  for (const RevenueTally& one : revenue) {
    out.begin_object();
    json::text_or_null(out, "currency", one.currency);
    out.member_raw("value", rules::decimal_text(one.value)).member("conversions", one.conversions);
    if (one.squares) out.key("squares").real(*one.squares / commit::Revenue::kSquaresOfUnit);
    out.end_object();
  }
  out.end_array();
}

void write_counts(json::Writer& out, const commit::Counts& counts, std::span<const RevenueTally> revenue) {
  for (const auto& [metric, name] : kOfRules) {
    if (metric == Metric::kValue)
      out.member_raw(name, rules::decimal_text(count_of(counts, metric)));
    else
      out.member(name, count_of(counts, metric));
  }
  write_values(out, revenue);
  out.key("heldBack").begin_object();
  for (const auto& [metric, name] : kOfHolds) out.member(name, count_of(counts, metric));
  out.end_object().key("mixed").begin_object();
  for (const auto& [metric, name] : kOfMixed) out.member(name, count_of(counts, metric));
  out.end_object();
}

void write_time_to_convert(json::Writer& out, const Times& times) {
  const TimeToConvert found = time_to_convert(times);
  out.key("timeToConvert").begin_object().key("median");
  found.median ? out.real(*found.median) : out.null();
  out.member("conversions", found.conversions).end_object();
}

void write_trigger(json::Writer& out, Series series, WithPoints points) {
  out.begin_object();
  json::text_or_null(out, "trigger", series.front().key.trigger);
  out.member("asked", count_of(totals(series), Metric::kAsked));
  if (points == WithPoints::kYes) {
    out.key("points").begin_array();
    for (const Tally& tally : series)
      out.begin_object()
          .member("at", to_rfc3339(tally.key.hour))
          .member("asked", count_of(tally.counts, Metric::kAsked))
          .end_object();
    out.end_array();
  }
  out.end_object();
}

void write_rule(json::Writer& out, const AnalyticsRows& rows, Series series, WithPoints points) {
  const commit::TallyKey& key = series.front().key;
  out.begin_object().member("ruleId", key.rule.view());
  json::text_or_null(out, "trigger", key.trigger);
  json::text_or_null(out, "variant", key.variant);
  out.member_boolean("shadow", key.shadow).member_boolean("holdout", key.holdout).key("totals").begin_object();
  write_counts(out, totals(series), rows.revenue_of(series));
  out.end_object();
  write_time_to_convert(out, rows.times_of(series));
  if (points == WithPoints::kYes) {
    out.key("points").begin_array();
    for (const Tally& tally : series) {
      out.begin_object().member("at", to_rfc3339(tally.key.hour));
      write_counts(out, tally.counts, rows.revenue_of(tally));
      out.end_object();
    }
    out.end_array();
  }
  out.end_object();
}

// A series without requests contains only what is counted over all rules.
bool is_of_trigger(Series series) {
  return series.front().key.rule.empty() && count_of(totals(series), Metric::kAsked) != 0;
}

}  // namespace

void write_series(json::Writer& out, const AnalyticsRows& rows, WithPoints points) {
  write_time_to_convert(out, rows.of_acts);
  const std::vector<Series> all = all_series(rows);
  out.key("triggers").begin_array();
  for (const Series series : all)
    if (is_of_trigger(series)) write_trigger(out, series, points);
  out.end_array().key("rules").begin_array();
  for (const Series series : all)
    if (is_of_rule(rows, series)) write_rule(out, rows, series, points);
  out.end_array();
}

}  // namespace beckon::http
