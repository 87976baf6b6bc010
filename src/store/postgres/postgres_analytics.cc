#include "store/postgres/postgres_analytics.h"

#include "rules/language/decimal.h"
#include "store/postgres/batch_rows.h"
#include "store/postgres/faults.h"
#include "store/rows.h"

namespace beckon::store::postgres {
namespace {

using commit::Metric;
using commit::RevenueTally;
using commit::Tally;
using commit::TimeTally;

// In the order of commit::Metric.
static_assert(commit::kMetrics == 14 && static_cast<int>(Metric::kAsked) == 0 &&
              static_cast<int>(Metric::kHeldByHours) == 7 && static_cast<int>(Metric::kMixed) == 10 &&
              static_cast<int>(Metric::kValue) == 13);

void add(Writing& writing, const commit::TallyKey& key, const commit::Counts& n) {
  writing.connection.run(
      "INSERT INTO tally AS t (shard, handle, hour, trigger, rule, variant, shadow, holdout, "
      "asked, acted, suppressed, held_out, shown, clicked, dismissed, held_hours, held_limit, held_render, mixed, "
      "mixed_converted, converted, value) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22) "
      "ON CONFLICT (shard, handle, hour, trigger, rule, variant, shadow, holdout) DO UPDATE SET "
      "asked = t.asked + excluded.asked, acted = t.acted + excluded.acted, "
      "suppressed = t.suppressed + excluded.suppressed, held_out = t.held_out + excluded.held_out, "
      "shown = t.shown + excluded.shown, clicked = t.clicked + excluded.clicked, "
      "dismissed = t.dismissed + excluded.dismissed, held_hours = t.held_hours + excluded.held_hours, "
      "held_limit = t.held_limit + excluded.held_limit, held_render = t.held_render + excluded.held_render, "
      "mixed = t.mixed + excluded.mixed, mixed_converted = t.mixed_converted + excluded.mixed_converted, "
      "converted = t.converted + excluded.converted, "
      "value = greatest(-$23::numeric, least($23::numeric, t.value::numeric + excluded.value))::bigint",
      writing.touch(key.handle), key.handle, key.hour, key.trigger, key.rule, key.variant, key.shadow, key.holdout,
      n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9], n[10], n[11], n[12], n[13], rules::kMostAmount);
}

void add(Writing& writing, const commit::TallyKey& key, std::string_view currency, const commit::Revenue& more) {
  writing.connection.run(
      "INSERT INTO tally_revenue AS t "
      "(shard, handle, hour, trigger, rule, variant, shadow, holdout, currency, conversions, value, squares) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) "
      "ON CONFLICT (shard, handle, hour, trigger, rule, variant, shadow, holdout, currency) DO UPDATE SET "
      "conversions = t.conversions + excluded.conversions, squares = t.squares + excluded.squares, "
      "value = greatest(-$13::numeric, least($13::numeric, t.value::numeric + excluded.value))::bigint",
      writing.touch(key.handle), key.handle, key.hour, key.trigger, key.rule, key.variant, key.shadow, key.holdout,
      currency, more.conversions, more.value, static_cast<double>(more.squares), rules::kMostAmount);
}

void add(Writing& writing, const commit::TallyKey& key, std::int64_t seconds, std::int64_t conversions) {
  writing.connection.run(
      "INSERT INTO tally_time AS t "
      "(shard, handle, hour, trigger, rule, variant, shadow, holdout, seconds, conversions) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
      "ON CONFLICT (shard, handle, hour, trigger, rule, variant, shadow, holdout, seconds) DO UPDATE SET "
      "conversions = t.conversions + excluded.conversions",
      writing.touch(key.handle), key.handle, key.hour, key.trigger, key.rule, key.variant, key.shadow, key.holdout,
      seconds, conversions);
}

// For one handle: the hours before an instant, oldest first.
constexpr const char* kSweeps[] = {
    "DELETE FROM tally WHERE (shard, handle, hour, trigger, rule, variant, shadow, holdout) IN "
    "(SELECT shard, handle, hour, trigger, rule, variant, shadow, holdout FROM tally WHERE shard = $1 AND handle = $2 "
    "AND hour < $3 ORDER BY hour LIMIT $4)",
    "DELETE FROM tally_revenue WHERE (shard, handle, hour, trigger, rule, variant, shadow, holdout, currency) IN "
    "(SELECT shard, handle, hour, trigger, rule, variant, shadow, holdout, currency FROM tally_revenue "
    "WHERE shard = $1 AND handle = $2 AND hour < $3 ORDER BY hour LIMIT $4)",
    "DELETE FROM tally_time WHERE (shard, handle, hour, trigger, rule, variant, shadow, holdout, seconds) IN "
    "(SELECT shard, handle, hour, trigger, rule, variant, shadow, holdout, seconds FROM tally_time "
    "WHERE shard = $1 AND handle = $2 AND hour < $3 ORDER BY hour LIMIT $4)"};

}  // namespace

void apply(Writing& writing, const commit::Tallies& tallies) {
  for (const auto& [key, counts] : tallies) add(writing, key, counts);
}

void apply(Writing& writing, const commit::GoalTallies& goals) {
  for (const auto& [key, counts] : goals) {
    for (const auto& [currency, revenue] : counts.revenue) add(writing, key, currency, revenue);
    for (const auto& [seconds, n] : counts.times) add(writing, key, seconds, n);
  }
}

void apply(Writing& writing, const commit::SweepTallies& sweep) {
  Connection& connection = writing.connection;
  // Keys begin with the handle, and there are few handles: the oldest hours of each are found without an index on
  // hours.
  std::vector<std::pair<Shard, std::string>> handles;
  auto row = connection.query("SELECT shard, handle FROM handle WHERE shard = ANY($1::bigint[])", writing.shards.own());
  while (row.next()) handles.emplace_back(row.integer(0), row.text(1));
  for (const char* statement : kSweeps) {
    std::int64_t left = commit::Batch::kSweep;
    for (const auto& [shard, handle] : handles) {
      if (left <= 0) break;
      connection.run(statement, writing.touch(shard), handle, sweep.before, left);
      left -= connection.changes();
    }
  }
}

Result<std::vector<Tally>> PostgresAnalytics::tallies(const Question& question, std::size_t limit) {
  return readers_.read([&](Connection& reader) -> Result<std::vector<Tally>> {
    auto row = reader.query(
        "SELECT trigger, rule, variant, shadow, holdout, hour - hour % $4 AS bucket, sum(asked)::bigint, "
        "sum(acted)::bigint, "
        "sum(suppressed)::bigint, "
        "sum(held_out)::bigint, sum(shown)::bigint, sum(clicked)::bigint, sum(dismissed)::bigint, "
        "sum(held_hours)::bigint, sum(held_limit)::bigint, sum(held_render)::bigint, "
        "sum(mixed)::bigint, sum(mixed_converted)::bigint, sum(converted)::bigint, sum(value / 1000000)::bigint, "
        "sum(value % 1000000)::bigint FROM tally "
        "WHERE shard = $8 AND handle = $1 AND hour >= $2 AND hour < $3 AND ($5 = '' OR rule IN ('', $5)) AND ($6 = '' "
        "OR trigger = "
        "$6) "
        "GROUP BY trigger, rule, variant, shadow, holdout, bucket ORDER BY trigger, rule, variant, shadow, holdout, "
        "bucket "
        "LIMIT $7",
        question.handle, question.since, question.until, question.bucket.count(), question.rule, question.trigger,
        limit, shards_.of(question.handle));
    std::vector<Tally> found;
    while (row.next()) {
      Tally& tally = found.emplace_back(Tally{.key = tally_key_from(row, question.handle)});
      tally.key.hour = row.instant(5);
      for (int metric = 0; metric < static_cast<int>(Metric::kValue); ++metric)
        tally.counts[static_cast<std::size_t>(metric)] = row.integer(6 + metric);
      tally.counts.back() = rules::AmountSum(row.integer(19), row.integer(20)).millionths();
    }
    return found;
  });
}

Result<std::vector<RevenueTally>> PostgresAnalytics::revenue(const Question& question, std::size_t limit) {
  return readers_.read([&](Connection& reader) -> Result<std::vector<RevenueTally>> {
    auto row = reader.query(
        "SELECT trigger, rule, variant, shadow, holdout, hour - hour % $4 AS bucket, currency, "
        "sum(conversions)::bigint, "
        "sum(value / 1000000)::bigint, sum(value % 1000000)::bigint, CASE WHEN count(squares) = count(*) THEN "
        "sum(squares) END "
        "FROM tally_revenue "
        "WHERE shard = $8 AND handle = $1 AND hour >= $2 AND hour < $3 AND ($5 = '' OR rule = $5) AND ($6 = '' OR "
        "trigger = $6) "
        "GROUP BY trigger, rule, variant, shadow, holdout, bucket, currency "
        "ORDER BY trigger, rule, variant, shadow, holdout, bucket, currency LIMIT $7",
        question.handle, question.since, question.until, question.bucket.count(), question.rule, question.trigger,
        limit, shards_.of(question.handle));
    std::vector<RevenueTally> found;
    while (row.next()) {
      RevenueTally& one =
          found.emplace_back(RevenueTally{.key = tally_key_from(row, question.handle),
                                          .currency = std::string(row.text(6)),
                                          .conversions = row.integer(7),
                                          .value = rules::AmountSum(row.integer(8), row.integer(9)).millionths()});
      one.key.hour = row.instant(5);
      if (!row.is_null(10)) one.squares = row.real(10);
    }
    return found;
  });
}

Result<void> PostgresAnalytics::times(const Question& question, const std::function<void(const TimeTally&)>& take) {
  return readers_.read([&](Connection& reader) -> Result<void> {
    auto row = reader.query(
        "SELECT trigger, rule, variant, shadow, holdout, seconds, sum(conversions)::bigint FROM tally_time "
        "WHERE shard = $6 AND handle = $1 AND hour >= $2 AND hour < $3 AND ($4 = '' OR rule = $4) AND ($5 = '' OR "
        "trigger = $5) "
        "GROUP BY trigger, rule, variant, shadow, holdout, seconds "
        "ORDER BY trigger, rule, variant, shadow, holdout, seconds",
        question.handle, question.since, question.until, question.rule, question.trigger, shards_.of(question.handle));
    while (row.next())
      take({.key = tally_key_from(row, question.handle), .seconds = row.integer(5), .conversions = row.integer(6)});
    return {};
  });
}

}  // namespace beckon::store::postgres
