#include "http/routes/analytics_csv.h"

#include <algorithm>
#include <set>

#include "base/json.h"
#include "http/routes/csv.h"
#include "rules/language/decimal.h"

namespace beckon::http {
namespace {

using Names = std::map<std::string, std::string, std::less<>>;

Names names_of(const rules::StoredRules& rules) {
  Names names;
  for (const rules::StoredRule& rule : rules.rules)
    if (const auto document = json::parse(rule.json)) names.emplace(rule.id.text, document->root().text_of("name"));
  return names;
}

std::set<std::string> currencies_of(const AnalyticsRows& rows) {
  std::set<std::string> all;
  for (const auto& [key, revenue] : rows.revenue)
    for (const RevenueTally& one : revenue) all.insert(one.currency);
  return all;
}

void write_head(CsvWriter& csv, const std::set<std::string>& currencies) {
  for (const char* name : {"at", "ruleId", "ruleName", "trigger", "variant", "shadow", "holdout"}) csv.cell(name);
  for (const auto& [metric, name] : kOfRules) csv.cell(name);
  for (const auto& [metric, name] : kOfHolds) csv.cell("heldBack." + std::string(name));
  for (const auto& [metric, name] : kOfMixed) csv.cell("mixed." + std::string(name));
  for (const std::string& currency : currencies) {
    const std::string code = currency.empty() ? "none" : currency;
    csv.cell("value." + code).cell("conversions." + code);
  }
  csv.end_row();
}

void write_revenue(CsvWriter& csv, std::span<const RevenueTally> revenue, const std::set<std::string>& currencies) {
  for (const std::string& currency : currencies) {
    const auto found = std::ranges::find(revenue, currency, &RevenueTally::currency);
    const bool is_there = found != revenue.end();
    csv.cell(rules::decimal_text(is_there ? found->value : 0));
    csv.cell(std::to_string(is_there ? found->conversions : 0));
  }
}

}  // namespace

std::string analytics_csv(const AnalyticsRows& rows, const rules::StoredRules& rules) {
  std::string out;
  CsvWriter csv(out);
  const Names names = names_of(rules);
  const std::set<std::string> currencies = currencies_of(rows);
  write_head(csv, currencies);
  for (const Series series : all_series(rows)) {
    if (!is_of_rule(rows, series)) continue;
    const commit::TallyKey& key = series.front().key;
    const auto name = names.find(key.rule.view());
    for (const Tally& tally : series) {
      csv.cell(to_rfc3339(tally.key.hour)).cell(key.rule.view());
      csv.cell(name == names.end() ? "" : name->second).cell(key.trigger).cell(key.variant);
      csv.cell(key.shadow ? "true" : "false").cell(key.holdout ? "true" : "false");
      for (const auto& [metric, title] : kOfRules) {
        const std::int64_t n = count_of(tally.counts, metric);
        csv.cell(metric == Metric::kValue ? rules::decimal_text(n) : std::to_string(n));
      }
      for (const auto& [metric, title] : kOfHolds) csv.cell(std::to_string(count_of(tally.counts, metric)));
      for (const auto& [metric, title] : kOfMixed) csv.cell(std::to_string(count_of(tally.counts, metric)));
      write_revenue(csv, rows.revenue_of(tally), currencies);
      csv.end_row();
    }
  }
  return out;
}

}  // namespace beckon::http
