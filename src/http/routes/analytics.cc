// Counts of decisions as time series: contract section 8.
#include <algorithm>
#include <map>
#include <span>

#include "base/hour.h"
#include "http/routes/analytics_csv.h"
#include "http/routes/analytics_view.h"
#include "http/routes/instant_param.h"
#include "http/routes/response.h"
#include "intake/goal_fold.h"
#include "rules/language/decimal.h"
#include "rules/language/rule.h"

namespace beckon::http {
namespace {

using namespace std::chrono_literals;
using commit::Analytics;

constexpr std::size_t kMostBuckets = 1'000;  // between since and until

struct Asked {
  Analytics::Question question;
  bool csv = false;
  bool previous = false;  // also the totals of the preceding period
};

// Without `format`, decided by the Accept header.
bool is_csv(const Request& request, Issues& issues) {
  const auto format = request.query_param("format");
  if (!format) return request.header("accept").find("text/csv") != std::string_view::npos;
  if (*format != "json" && *format != "csv") issues.add("format", "must be json or csv");
  return *format == "csv";
}

bool with_previous(const Request& request, Issues& issues) {
  const std::string previous = request.query_param("previous").value_or("false");
  if (previous != "true" && previous != "false") issues.add("previous", "must be true or false");
  return previous == "true";
}

Result<Asked> asked_of(const Request& request, Instant now) {
  Issues issues;
  Asked asked{.csv = is_csv(request, issues), .previous = with_previous(request, issues)};
  Analytics::Question& question = asked.question;
  question = {.handle = Handle{request.param("handle")}};
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
  return asked;
}

// Late signals and joins of visitors no longer change the results of decisions made before this instant.
std::optional<Instant> settled_until(const Analytics::Question& question, const rules::RuleSet& rules, Instant now) {
  const auto longest = rules.longest_goal(question.rule.view(), question.trigger);
  if (!longest) return std::nullopt;
  return std::min(question.until, now - *longest - intake::kGoalsSettle);
}

// Over all rules.
std::int64_t shared_conversions(std::span<const Tally> rows) {
  std::int64_t shared = 0;
  for (const Tally& row : rows)
    if (row.key.rule.empty()) shared = rules::added(shared, count_of(row.counts, Metric::kConverted));
  return shared;
}

void write_mixed(json::Writer& out, std::span<const Tally> rows) {
  struct OfRule {
    std::int64_t visitors = 0, decisions = 0, all = 0;
  };
  std::map<std::string_view, OfRule> rules;
  for (const Tally& row : rows) {
    if (row.key.rule.empty() || row.key.shadow) continue;
    OfRule& one = rules[row.key.rule.view()];
    one.visitors += count_of(row.counts, Metric::kAsked);
    one.decisions += count_of(row.counts, Metric::kMixed);
    one.all += count_of(row.counts, Metric::kActed) + count_of(row.counts, Metric::kHeldOut);
  }
  out.key("mixed").begin_array();
  for (const auto& [rule, one] : rules) {
    if (one.visitors == 0 && one.decisions == 0) continue;
    out.begin_object().member("ruleId", rule).member("visitors", one.visitors).member("decisions", one.decisions);
    out.key("share");
    one.all > 0 ? out.real(static_cast<double>(one.decisions) / static_cast<double>(one.all)) : out.null();
    out.end_object();
  }
  out.end_array();
}

// Totals of the preceding period, of the same length in hours.
Result<void> write_previous(json::Writer& out, Analytics& analytics, Analytics::Question question) {
  const auto hours = std::chrono::ceil<std::chrono::hours>(question.until - question.since);
  question.until = question.since;
  question.since -= hours;
  question.bucket = 24h;
  const auto rows = read_rows(analytics, question);
  if (!rows) return unexpected(rows.error());
  out.key("previous")
      .begin_object()
      .member("since", to_rfc3339(question.since))
      .member("until", to_rfc3339(question.until));
  write_series(out, *rows, WithPoints::kNo);
  out.end_object();
  return {};
}

Result<Response> get_analytics(Api& api, Request& request) {
  const Instant now = api.clock.now();
  const auto asked = asked_of(request, now);
  if (!asked) return unexpected(asked.error());
  const Analytics::Question& question = asked->question;
  const auto tenant = api.places.tenants.find(question.handle.view());
  if (!tenant) return unexpected(tenant.error());
  const auto rows = read_rows(api.analytics, question);
  if (!rows) return unexpected(rows.error());
  if (asked->csv) {
    const auto rules = api.rules.rules(question.handle);
    if (!rules) return unexpected(rules.error());
    return Response{.body = analytics_csv(*rows, *rules),
                    .content_type = "text/csv; charset=utf-8; header=present",
                    .headers = {{"content-disposition", "attachment; filename=\"analytics.csv\""}}};
  }
  std::string body;
  json::Writer out(body);
  out.begin_object()
      .member("since", to_rfc3339(question.since))
      .member("until", to_rfc3339(question.until))
      .member("bucket", question.bucket == 1h ? "hour" : "day")
      .key("settledUntil");
  const auto settled = settled_until(question, *(*tenant)->rules, now);
  settled ? out.string(to_rfc3339(*settled)) : out.null();
  if (question.rule.empty() && question.trigger.empty())
    out.member("sharedConversions", shared_conversions(rows->tallies));
  write_mixed(out, rows->tallies);
  write_series(out, *rows, WithPoints::kYes);
  if (asked->previous)
    if (const auto written = write_previous(out, api.analytics, question); !written) return unexpected(written.error());
  out.member("requestId", request.id.view()).end_object();
  return json_response(200, std::move(body));
}

}  // namespace

void add_analytics(Api& api, std::vector<Route>& routes) {
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/analytics", creator("analytics.*"), get_analytics,
                           "Get analytics"));
}

}  // namespace beckon::http
