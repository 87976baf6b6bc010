// What was counted of decisions, as time series: contract section 8.
#include <algorithm>
#include <map>
#include <span>

#include "http/routes/instant_param.h"
#include "http/routes/response.h"
#include "intake/goal_fold.h"
#include "rules/language/decimal.h"
#include "rules/language/rule.h"

namespace beckon::http {
namespace {

using namespace std::chrono_literals;
using commit::Analytics;
using commit::Metric;
using commit::Tally;

constexpr std::size_t kMostBuckets = 1'000;  // between since and until
constexpr std::size_t kMostRows = 20'000;    // of an answer: a point each

constexpr std::pair<Metric, std::string_view> kOfRules[] = {
    {Metric::kActed, "acted"},         {Metric::kSuppressed, "suppressed"},
    {Metric::kHeldOut, "heldOut"},     {Metric::kShown, "shown"},
    {Metric::kClicked, "clicked"},     {Metric::kDismissed, "dismissed"},
    {Metric::kConverted, "converted"}, {Metric::kValue, "value"}};

constexpr std::pair<Metric, std::string_view> kOfHolds[] = {
    {Metric::kHeldByLimit, "limit"}, {Metric::kHeldByHours, "hours"}, {Metric::kHeldByRender, "render"}};

Instant hour_of(Instant at) { return at - at.time_since_epoch() % 1h; }

std::int64_t count_of(const commit::Counts& counts, Metric metric) { return counts[static_cast<std::size_t>(metric)]; }

Result<Analytics::Question> question_of(const Request& request, Instant now) {
  Issues issues;
  Analytics::Question question{.handle = Handle{request.param("handle")}};
  question.until = instant_param(request, "until", issues).value_or(hour_of(now) + 1h);
  question.since = hour_of(instant_param(request, "since", issues).value_or(question.until - 24h * 7));
  const std::string bucket =
      request.query_param("bucket").value_or(question.until - question.since <= 72h ? "hour" : "day");
  if (bucket == "day")
    question.bucket = 24h;
  else if (bucket != "hour")
    issues.add("bucket", "must be hour or day");
  question.rule = RuleId{request.query_param("ruleId").value_or("")};
  question.trigger = request.query_param("trigger").value_or("");
  if (!question.rule.empty() && !rules::is_rule_id(question.rule.view()))
    issues.add("ruleId", "must be the id of a rule");
  if (!question.trigger.empty() && !is_trigger(question.trigger)) issues.add("trigger", "must be a trigger");
  if (question.until <= question.since)
    issues.add("until", "must be after since");
  else if ((question.until - question.since) / question.bucket > static_cast<std::int64_t>(kMostBuckets))
    issues.add("since", "must be at most 1,000 buckets before until; use days or a shorter range");
  if (!issues.empty()) return unexpected(issues.fault());
  return question;
}

void write_counts(json::Writer& out, const commit::Counts& counts) {
  for (const auto& [metric, name] : kOfRules) {
    if (metric == Metric::kValue)
      out.member_raw(name, rules::decimal_text(count_of(counts, metric)));
    else
      out.member(name, count_of(counts, metric));
  }
  out.key("heldBack").begin_object();
  for (const auto& [metric, name] : kOfHolds) out.member(name, count_of(counts, metric));
  out.end_object();
}

// Rows of one trigger, or of one arm of a rule, bucket by bucket.
using Series = std::span<const Tally>;

Series next_series(std::span<const Tally> rest) {
  const auto same = [&](const Tally& tally) {
    commit::TallyKey key = tally.key;
    key.hour = rest.front().key.hour;
    return key == rest.front().key;
  };
  std::size_t size = 0;
  while (size < rest.size() && same(rest[size])) ++size;
  return rest.first(size);
}

commit::Counts totals(Series series) {
  commit::Counts total{};
  for (const Tally& tally : series)
    for (std::size_t i = 0; i < total.size(); ++i) total[i] = rules::added(total[i], tally.counts[i]);
  return total;
}

void write_trigger(json::Writer& out, Series series) {
  out.begin_object();
  text_or_null(out, "trigger", series.front().key.trigger);
  out.member("asked", count_of(totals(series), Metric::kAsked)).key("points").begin_array();
  for (const Tally& tally : series)
    out.begin_object()
        .member("at", to_rfc3339(tally.key.hour))
        .member("asked", count_of(tally.counts, Metric::kAsked))
        .end_object();
  out.end_array().end_object();
}

void write_rule(json::Writer& out, Series series) {
  const commit::TallyKey& key = series.front().key;
  out.begin_object().member("ruleId", key.rule.view());
  text_or_null(out, "trigger", key.trigger);
  text_or_null(out, "variant", key.variant);
  out.member_boolean("shadow", key.shadow).member_boolean("holdout", key.holdout).key("totals").begin_object();
  write_counts(out, totals(series));
  out.end_object().key("points").begin_array();
  for (const Tally& tally : series) {
    out.begin_object().member("at", to_rfc3339(tally.key.hour));
    write_counts(out, tally.counts);
    out.end_object();
  }
  out.end_array().end_object();
}

// `wanted`: of a series.
template <class Wanted, class Write>
void write_all(json::Writer& out, std::string_view name, std::span<const Tally> rows, Wanted wanted, Write write) {
  out.key(name).begin_array();
  for (Series series; !rows.empty(); rows = rows.subspan(series.size())) {
    series = next_series(rows);
    if (wanted(series)) write(out, series);
  }
  out.end_array();
}

// One in which only visitors with two arms are counted is none.
bool is_of_rule(Series series) {
  const commit::Counts total = totals(series);
  return !series.front().key.rule.empty() &&
         std::ranges::any_of(kOfRules, [&](const auto& one) { return count_of(total, one.first) != 0; });
}
// One without requests is there for what is counted of all rules together.
bool is_of_trigger(Series series) {
  return series.front().key.rule.empty() && count_of(totals(series), Metric::kAsked) != 0;
}

// Until when late signals and joins of visitors change nothing more: of the decisions made before.
std::optional<Instant> settled_until(const Analytics::Question& question, const rules::RuleSet& rules, Instant now) {
  const auto longest = rules.longest_goal(question.rule.view(), question.trigger);
  if (!longest) return std::nullopt;
  return std::min(question.until, now - *longest - intake::kGoalsSettle);
}

// Of all rules together.
std::int64_t shared_conversions(std::span<const Tally> rows) {
  std::int64_t shared = 0;
  for (const Tally& row : rows)
    if (row.key.rule.empty()) shared = rules::added(shared, count_of(row.counts, Metric::kConverted));
  return shared;
}

void write_mixed(json::Writer& out, std::span<const Tally> rows) {
  std::map<std::string_view, std::int64_t> visitors;
  for (const Tally& row : rows)
    if (!row.key.rule.empty() && !row.key.shadow) visitors[row.key.rule.view()] += count_of(row.counts, Metric::kAsked);
  out.key("mixed").begin_array();
  for (const auto& [rule, count] : visitors)
    if (count != 0) out.begin_object().member("ruleId", rule).member("visitors", count).end_object();
  out.end_array();
}

Result<Response> get(Api& api, Request& request) {
  const Instant now = api.clock.now();
  const auto question = question_of(request, now);
  if (!question) return unexpected(question.error());
  const auto rows = api.analytics.tallies(*question, kMostRows + 1);
  if (!rows) return unexpected(rows.error());
  if (rows->size() > kMostRows) {
    Issues issues;
    issues.add("since", "gives more than 20,000 points up to until; use days, a shorter range, or a single rule");
    return unexpected(issues.fault());
  }
  const auto tenant = api.places.tenants.find(question->handle.view());
  if (!tenant) return unexpected(tenant.error());
  std::string body;
  json::Writer out(body);
  out.begin_object()
      .member("since", to_rfc3339(question->since))
      .member("until", to_rfc3339(question->until))
      .member("bucket", question->bucket == 1h ? "hour" : "day")
      .key("settledUntil");
  const auto settled = settled_until(*question, *(*tenant)->rules, now);
  settled ? out.string(to_rfc3339(*settled)) : out.null();
  if (question->rule.empty() && question->trigger.empty()) out.member("sharedConversions", shared_conversions(*rows));
  write_mixed(out, *rows);
  write_all(out, "triggers", *rows, is_of_trigger, write_trigger);
  write_all(out, "rules", *rows, is_of_rule, write_rule);
  out.member("requestId", request.id.view()).end_object();
  return json_response(200, std::move(body));
}

}  // namespace

void add_analytics(Api& api, std::vector<Route>& routes) {
  routes.push_back(
      control(api, Method::kGet, "/v2/handles/{handle}/analytics", creator("analytics.*"), get, "Get analytics"));
}

}  // namespace beckon::http
