#include "store/sqlite/sqlite_analytics.h"

#include "rules/language/decimal.h"
#include "store/rows.h"
#include "store/sqlite/batch_rows.h"
#include "store/sqlite/faults.h"

namespace beckon::store {
namespace {

using commit::Metric;
using commit::RevenueTally;
using commit::Tally;
using commit::TimeTally;

// In the order of commit::Metric.
static_assert(commit::kMetrics == 14 && static_cast<int>(Metric::kAsked) == 0 &&
              static_cast<int>(Metric::kHeldByHours) == 7 && static_cast<int>(Metric::kMixed) == 10 &&
              static_cast<int>(Metric::kValue) == 13);

void add(Connection& connection, const commit::TallyKey& key, const commit::Counts& n) {
  connection.run(
      "INSERT INTO tally (handle, hour, trigger, rule, variant, shadow, holdout, "
      "asked, acted, suppressed, held_out, shown, clicked, dismissed, held_hours, held_limit, held_render, mixed, "
      "mixed_converted, converted, value) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21) "
      "ON CONFLICT (handle, hour, trigger, rule, variant, shadow, holdout) DO UPDATE SET "
      "asked = asked + excluded.asked, acted = acted + excluded.acted, suppressed = suppressed + excluded.suppressed, "
      "held_out = held_out + excluded.held_out, shown = shown + excluded.shown, clicked = clicked + excluded.clicked, "
      "dismissed = dismissed + excluded.dismissed, held_hours = held_hours + excluded.held_hours, "
      "held_limit = held_limit + excluded.held_limit, held_render = held_render + excluded.held_render, "
      "mixed = mixed + excluded.mixed, mixed_converted = mixed_converted + excluded.mixed_converted, "
      "converted = converted + excluded.converted, "
      // An integer that would overflow becomes a real here, and is clamped anyway.
      "value = max(-?22, min(?22, value + excluded.value))",
      key.handle, key.hour, key.trigger, key.rule, key.variant, key.shadow, key.holdout, n[0], n[1], n[2], n[3], n[4],
      n[5], n[6], n[7], n[8], n[9], n[10], n[11], n[12], n[13], rules::kMostAmount);
}

void add(Connection& connection, const commit::TallyKey& key, std::string_view currency, const commit::Revenue& more) {
  connection.run(
      "INSERT INTO tally_revenue "
      "(handle, hour, trigger, rule, variant, shadow, holdout, currency, conversions, value, squares) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) "
      "ON CONFLICT (handle, hour, trigger, rule, variant, shadow, holdout, currency) DO UPDATE SET "
      "conversions = conversions + excluded.conversions, value = max(-?12, min(?12, value + excluded.value)), "
      "squares = squares + excluded.squares",
      key.handle, key.hour, key.trigger, key.rule, key.variant, key.shadow, key.holdout, currency, more.conversions,
      more.value, static_cast<double>(more.squares), rules::kMostAmount);
}

void add(Connection& connection, const commit::TallyKey& key, std::int64_t seconds, std::int64_t conversions) {
  connection.run(
      "INSERT INTO tally_time (handle, hour, trigger, rule, variant, shadow, holdout, seconds, conversions) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) "
      "ON CONFLICT (handle, hour, trigger, rule, variant, shadow, holdout, seconds) DO UPDATE SET "
      "conversions = conversions + excluded.conversions",
      key.handle, key.hour, key.trigger, key.rule, key.variant, key.shadow, key.holdout, seconds, conversions);
}

// For one handle: the hours before an instant, oldest first.
constexpr const char* kSweeps[] = {
    "DELETE FROM tally WHERE (handle, hour, trigger, rule, variant, shadow, holdout) IN "
    "(SELECT handle, hour, trigger, rule, variant, shadow, holdout FROM tally WHERE handle = ?1 AND hour < ?2 "
    "ORDER BY hour LIMIT ?3)",
    "DELETE FROM tally_revenue WHERE (handle, hour, trigger, rule, variant, shadow, holdout, currency) IN "
    "(SELECT handle, hour, trigger, rule, variant, shadow, holdout, currency FROM tally_revenue WHERE handle = ?1 AND "
    "hour < ?2 ORDER BY hour LIMIT ?3)",
    "DELETE FROM tally_time WHERE (handle, hour, trigger, rule, variant, shadow, holdout, seconds) IN "
    "(SELECT handle, hour, trigger, rule, variant, shadow, holdout, seconds FROM tally_time WHERE handle = ?1 AND "
    "hour < ?2 ORDER BY hour LIMIT ?3)"};

}  // namespace

void apply(Writing& writing, const commit::Tallies& tallies) {
  for (const auto& [key, counts] : tallies) add(writing.connection, key, counts);
}

void apply(Writing& writing, const commit::GoalTallies& goals) {
  for (const auto& [key, counts] : goals) {
    for (const auto& [currency, revenue] : counts.revenue) add(writing.connection, key, currency, revenue);
    for (const auto& [seconds, n] : counts.times) add(writing.connection, key, seconds, n);
  }
}

void apply(Writing& writing, const commit::SweepTallies& sweep) {
  Connection& connection = writing.connection;
  // Keys begin with the handle, and there are few handles: the oldest hours of each are found without an index on
  // hours.
  std::vector<std::string> handles;
  {
    auto row = connection.query("SELECT handle FROM handle");
    while (row.next()) handles.emplace_back(row.text(0));
  }
  for (const char* statement : kSweeps) {
    std::int64_t left = commit::Batch::kSweep;
    for (const std::string& handle : handles) {
      if (left <= 0) break;
      connection.run(statement, handle, sweep.before, left);
      left -= connection.changes();
    }
  }
}

Result<std::vector<Tally>> SqliteAnalytics::tallies(const Question& question, std::size_t limit) {
  return guarded([&]() -> Result<std::vector<Tally>> {
    auto reader = readers_.borrow();
    auto row = reader->query(
        "SELECT trigger, rule, variant, shadow, holdout, hour - hour % ?4 AS bucket, sum(asked), sum(acted), "
        "sum(suppressed), "
        "sum(held_out), sum(shown), sum(clicked), sum(dismissed), sum(held_hours), sum(held_limit), sum(held_render), "
        "sum(mixed), sum(mixed_converted), sum(converted), sum(value / 1000000), sum(value % 1000000) FROM tally "
        "WHERE handle = ?1 AND hour >= ?2 AND hour < ?3 AND (?5 = '' OR rule IN ('', ?5)) AND (?6 = '' OR trigger = "
        "?6) "
        "GROUP BY trigger, rule, variant, shadow, holdout, bucket ORDER BY trigger, rule, variant, shadow, holdout, "
        "bucket "
        "LIMIT ?7",
        question.handle, question.since, question.until, question.bucket.count(), question.rule, question.trigger,
        limit);
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

Result<std::vector<RevenueTally>> SqliteAnalytics::revenue(const Question& question, std::size_t limit) {
  return guarded([&]() -> Result<std::vector<RevenueTally>> {
    auto reader = readers_.borrow();
    auto row = reader->query(
        "SELECT trigger, rule, variant, shadow, holdout, hour - hour % ?4 AS bucket, currency, sum(conversions), "
        "sum(value / 1000000), sum(value % 1000000), CASE WHEN count(squares) = count(*) THEN sum(squares) END "
        "FROM tally_revenue "
        "WHERE handle = ?1 AND hour >= ?2 AND hour < ?3 AND (?5 = '' OR rule = ?5) AND (?6 = '' OR trigger = ?6) "
        "GROUP BY trigger, rule, variant, shadow, holdout, bucket, currency "
        "ORDER BY trigger, rule, variant, shadow, holdout, bucket, currency LIMIT ?7",
        question.handle, question.since, question.until, question.bucket.count(), question.rule, question.trigger,
        limit);
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

Result<void> SqliteAnalytics::times(const Question& question, const std::function<void(const TimeTally&)>& take) {
  return guarded([&]() -> Result<void> {
    auto reader = readers_.borrow();
    auto row = reader->query(
        "SELECT trigger, rule, variant, shadow, holdout, seconds, sum(conversions) FROM tally_time "
        "WHERE handle = ?1 AND hour >= ?2 AND hour < ?3 AND (?4 = '' OR rule = ?4) AND (?5 = '' OR trigger = ?5) "
        "GROUP BY trigger, rule, variant, shadow, holdout, seconds "
        "ORDER BY trigger, rule, variant, shadow, holdout, seconds",
        question.handle, question.since, question.until, question.rule, question.trigger);
    while (row.next())
      take({.key = tally_key_from(row, question.handle), .seconds = row.integer(5), .conversions = row.integer(6)});
    return {};
  });
}

}  // namespace beckon::store
