// Explanations of matches and non-matches.
#include <gtest/gtest.h>

#include "rules/language/words.h"
#include "rules/reference/testing.h"

namespace beckon::rules {
namespace {

using namespace std::chrono_literals;
using testing::kNoon;
using testing::rule;
using testing::rule_set;
using testing::window;

std::string explained(const RuleSet& set, const ledger::Window& window, const ledger::Context& context = {}) {
  std::string out;
  json::Writer writer(out);
  set.explain("t", {.window = window, .context = context, .now = kNoon, .retention = testing::kMonth}, writer);
  return out;
}

// "measure | required | actual | margin" of the only condition of the only rule, which fails.
std::string failed(const std::string& group, const std::string& condition, const std::vector<testing::Given>& given,
                   const ledger::Context& context = {}) {
  const RuleSet set = rule_set({rule("{\"" + group + "\":[" + condition + "]}")});
  const auto document = json::parse(explained(set, window(given), context));
  const json::Value& found = document->root().items()[0].find("conditions")->items()[0];
  EXPECT_FALSE(found.find("met")->boolean()) << condition;
  EXPECT_EQ(found.find("path")->text(), "when." + group + "[0]");
  std::string out;
  for (const char* part : {"measure", "wanted", "seen", "margin"})
    out += (out.empty() ? "" : " | ") + std::string(found.find(part)->text());
  return out;
}

TEST(Explain, TellsEachRuleOfTheTriggerInOrder) {
  const RuleSet set = rule_set(
      {rule(R"({"all":[{"seen":{"key":"cart"},"within":"30m"},{"count":{"key":"view"},"within":"1h","atLeast":2}]})",
            R"("priority":2)", "first"),
       rule(R"({"all":[{"context":"country","in":["US"]}]})", "", "second"),
       rule("{}", R"("status":"paused")", "third")});
  EXPECT_EQ(
      explained(set, window({{"cart", 4min}, {"view", 1min}}), {{"country", "US"}}),
      R"([{"ruleId":"first","status":"live","matched":false,"conditions":[{"path":"when.all[1]","met":false,"measure":"count of view within 1 h",)"
      R"("wanted":"at least 2","seen":"1","margin":"one more view","changesAt":"2026-02-25T12:59:00Z"}]},)"
      R"({"ruleId":"second","status":"live","matched":true,"outcome":"act","conditions":[{"path":"when.all[0]","met":true,"measure":"context country",)"
      R"("wanted":"US","seen":"US"}]}])");
}

TEST(Explain, IsEmptyWhereNobodyAsked) { EXPECT_EQ(explained(RuleSet(), window({})), "[]"); }

TEST(Explain, TellsEveryAlternativeOfAnyThatFails) {
  const RuleSet set = rule_set({rule(R"({"any":[{"seen":{"key":"a"}},{"seen":{"key":"b"}}]})")});
  const auto document = json::parse(explained(set, window({})));
  const auto conditions = document->root().items()[0].find("conditions")->items();
  ASSERT_EQ(conditions.size(), 2u);
  EXPECT_EQ(conditions[0].find("path")->text(), "when.any[0]");
  EXPECT_EQ(conditions[1].find("margin")->text(), "one more b");
}

TEST(Explain, SaysWhatIsMissing) {
  EXPECT_EQ(failed("all", R"({"seen":{"key":"cart","value":"add"},"within":"30m"})", {}),
            "cart:add seen within 30 min | at least one | none | one more cart:add");
  EXPECT_EQ(
      failed("all", R"({"count":{"key":"cart","value":"add"},"within":"30m","atLeast":3})", {{"cart", 1min, "add"}}),
      "count of cart:add within 30 min | at least 3 | 1 | 2 more cart:add");
  EXPECT_EQ(failed("all", R"({"count":{"key":"view"},"within":"10m","atMost":1})",
                   {{"view", 9min}, {"view", 4min}, {"view", 1min}}),
            "count of view within 10 min | at most 1 | 3 | in 6 min");
  EXPECT_EQ(failed("all", R"({"distinct":{"key":"view"},"equals":2})", {{"view", 9min, "a"}}),
            "distinct values of view in this session | exactly 2 | 1 | one more value of view");
  EXPECT_EQ(failed("all", R"({"last":{"key":"view"},"atMost":"5m"})", {{"view", 9min}}),
            "latest view in this session | at most 5 min ago | 9 min ago | one more view");
  EXPECT_EQ(failed("all", R"({"last":{"key":"view"},"atLeast":"5m"})", {{"view", 50s}}),
            "latest view in this session | at least 5 min ago | 50 s ago | in 4 min 10 s");
}

TEST(Explain, SaysHowMuchIsMissing) {
  const testing::Given cart{.key = "cart", .ago = 1min, .metadata = R"({"amount":37.5})"};
  EXPECT_EQ(failed("all", R"({"sum":{"key":"cart","field":"amount"},"within":"1h","atLeast":50})", {cart}),
            "sum of amount of cart within 1 h | at least 50 | 37.5 | 12.5 more in amount of cart");
  EXPECT_EQ(failed("all", R"({"sum":{"key":"cart","field":"amount"},"within":"1h","atMost":20})", {cart}),
            "sum of amount of cart within 1 h | at most 20 | 37.5 | 17.5 less in amount of cart");
  EXPECT_EQ(
      failed("all", R"({"max":{"key":"cart","field":"amount"},"atLeast":50})", {}),
      "maximum amount of cart in this session | at least 50 | no value | one more cart whose amount is at least 50");
}

// "skipped why" of the only condition of the only rule.
std::string skipped(const std::string& condition, const std::vector<testing::Given>& given) {
  const RuleSet set = rule_set({rule(R"({"all":[)" + condition + "]}")});
  const auto document = json::parse(explained(set, window(given)));
  const json::Value& found = document->root().items()[0].find("conditions")->items()[0];
  if (found.find("skipped") == nullptr) return found.find("why") == nullptr ? "" : "why alone";
  return std::to_string(*found.find("skipped")->integer()) + " " + std::string(found.find("why")->text());
}

TEST(Explain, SaysWhatAnAmountCouldNotUse) {
  const std::string sum = R"({"sum":{"key":"order","field":"total"},"within":"1h","atLeast":20})";
  const auto order = [](std::string metadata, Duration ago = 1min) {
    return testing::Given{.key = "order", .ago = ago, .metadata = std::move(metadata)};
  };
  EXPECT_EQ(skipped(sum, {order(R"({"total":30})"), order(R"({"total":"4.50"})")}), "");
  EXPECT_EQ(skipped(sum, {order(R"({"total":30})"), order(R"({"total":"EUR 9"})"), order(R"({"total":[7]})")}),
            "2 not a number");
  EXPECT_EQ(skipped(sum, {order(R"({"totl":30})"), order(R"({"total":null})"), order("")}), "3 missing");
  EXPECT_EQ(skipped(sum, {order(R"({"totl":30})"), order(R"({"total":true})")}), "2 missing or not a number");
  EXPECT_EQ(skipped(sum, {order(R"({"total":"EUR 9"})", 61min), {"cart", 1min}}), "") << "only what it looks at";
  EXPECT_EQ(skipped(R"({"max":{"key":"order","field":"lines[].sum"},"atMost":5})",
                    {order(R"({"lines":[{"sum":3},{"sum":"x"},{"sum":{}},{"sum":"8"}]})")}),
            "2 not a number");
}

TEST(Explain, SaysWhatADistinctCouldNotCount) {
  const testing::Given brands{.key = "view", .ago = 1min, .metadata = R"({"brand":["a","b"]})"};
  EXPECT_EQ(skipped(R"({"distinct":{"key":"view","field":"brand"},"atLeast":1})", {brands}), "1 a list or object");
  EXPECT_EQ(skipped(R"({"distinct":{"key":"view","field":"brand[]"},"atLeast":1})", {brands}), "");
  EXPECT_EQ(skipped(R"({"distinct":{"key":"view"},"atLeast":1})", {{"view", 1min}, {"view", 2min, "x"}}), "1 missing");
  EXPECT_EQ(skipped(R"({"count":{"key":"view"},"atLeast":1})", {{"view", 1min}}), "");
}

TEST(Explain, NamesTheAmountOfTheSignalThatIsMissing) {
  EXPECT_EQ(failed("all", R"({"sum":{"key":"order","field":"total"},"atMost":75})", {}),
            "sum of total of order in this session | at most 75 | no value | one more order whose total is at most 75");
  EXPECT_EQ(failed("all", R"({"sum":{"key":"order","field":"total"},"equals":0})", {}),
            "sum of total of order in this session | exactly 0 | no value | one more order whose total is exactly 0");
}

TEST(Explain, SaysThatANewestOfNothingNeedsASignalAndThenTime) {
  const std::string never = R"({"last":{"key":"order"},"scope":"visitor","atLeast":"9d"})";
  EXPECT_EQ(failed("all", never, {}),
            "latest order across all of the visitor's sessions | at least 9 d ago | none | one more order, then 9 d "
            "without another");
  EXPECT_EQ(failed("all", R"({"last":{"key":"order"},"atLeast":"5m","atMost":"9m"})", {{"order", 10min}}),
            "latest order in this session | from 5 min to 9 min ago | 10 min ago | one more order, then 5 min without "
            "another");
}

TEST(Explain, SaysWhatWouldTakeAnAmountOrAScoreOutOfAnExclusion) {
  const testing::Given order{.key = "order", .ago = 1min, .metadata = R"({"total":30})"};
  const std::string head = "sum of total of order within 1 h | not ";
  EXPECT_EQ(failed("none", R"({"sum":{"key":"order","field":"total"},"within":"1h","atLeast":20})", {order}),
            head + "at least 20 | 30 | over 10 less in total of order, or in 59 min");
  EXPECT_EQ(failed("none", R"({"sum":{"key":"order","field":"total"},"within":"1h","atMost":44.5})", {order}),
            head + "at most 44.5 | 30 | over 14.5 more in total of order, or in 59 min");
  EXPECT_EQ(failed("none", R"({"max":{"key":"order","field":"total"},"within":"1h","atMost":44.5})", {order}),
            "maximum total of order within 1 h | not at most 44.5 | 30 | one more order whose total is over 44.5, or "
            "in 59 min");
  const auto declared = json::parse(R"({"keen":{"weights":{"view":2,"complaint":-1},"halfLife":"1h"}})");
  Issues issues;
  const Scores scores = read_scores(declared->root(), "scores", issues);
  const RuleSet set = rule_set({rule(R"({"none":[{"score":"keen","atLeast":1.5}]})")}, scores);
  EXPECT_NE(explained(set, window({{"view", 0s}})).find(R"("margin":"over 0.5 less keen, or in )"), std::string::npos)
      << explained(set, window({{"view", 0s}}));
}

TEST(Explain, SaysWhenTheRuleItselfBegins) {
  const RuleSet set = rule_set({rule("{}", R"("active":{"from":"2026-02-25T13:00:00Z"})")});
  EXPECT_EQ(
      explained(set, window({})),
      R"([{"ruleId":"r","status":"live","matched":false,"conditions":[{"path":"active","met":false,"measure":"schedule",)"
      R"("wanted":"from 2026-02-25T13:00:00Z","seen":"2026-02-25T12:00:00Z","margin":"in 1 h","changesAt":"2026-02-25T13:00:00Z"}]}])");
}

TEST(Explain, SaysWhenAnAbsenceWillHold) {
  const std::string absent = R"({"absent":{"key":"purchase"},"after":{"key":"cart"},"for":"10m"})";
  const std::string head = "no purchase for 10 min after cart | 10 min without purchase | ";
  EXPECT_EQ(failed("all", absent, {{"cart", 5min + 50s}}), head + "5 min 50 s so far | in 4 min 10 s");
  EXPECT_EQ(failed("all", absent, {}), head + "no cart yet | a new cart, then 10 min without purchase");
  EXPECT_EQ(failed("all", absent, {{"cart", 20min}, {"purchase", 2min}}),
            head + "purchase 2 min ago | a new cart, then 10 min without purchase");
  EXPECT_EQ(failed("none", absent, {{"cart", 20min}}),
            "no purchase for 10 min after cart | not 10 min without purchase | 20 min so far | one purchase, or in 29 "
            "d 23 h");
}

// "by until" of the only rule, which acted half an hour before noon and is asked for at `now`.
std::string held_back(const std::string& members, Instant now = kNoon) {
  const RuleSet set = rule_set({rule("{}", members)});
  const ledger::Window none;
  Facts facts{.window = none, .context = {}, .now = instant_ms(0), .retention = testing::kMonth};
  facts.now = kNoon - 30min;
  const ledger::Spend spend{set.judge("t", facts).spends, facts.now, 0};
  EXPECT_NE(spend.key, 0u);
  facts.session_spends = facts.unit_spends = {&spend, 1};
  facts.now = now;
  std::string out;
  json::Writer writer(out);
  set.explain("t", facts, writer);
  const auto document = json::parse(out);
  const json::Value* held = document->root().items()[0].find("heldBack");
  if (held == nullptr) return "not";
  const json::Value& until = *held->find("until");
  return std::string(held->find("by")->text()) + " " + (until.is_string() ? std::string(until.text()) : "always");
}

TEST(Explain, SaysWhenNothingHoldsTheRuleBackAnyMore) {
  const auto open = [](const std::string& hours) { return R"("active":{"hours":")" + hours + R"(","zone":"UTC"},)"; };
  const std::string day = R"("limit":{"cooldown":"24h"})", session = R"("limit":{"caps":[{"max":1,"per":"session"}]})";
  EXPECT_EQ(held_back(day), "limit 2026-02-26T11:30:00Z");
  EXPECT_EQ(held_back(open("10:00-13:00") + day), "limit 2026-02-26T11:30:00Z") << "not when it closes";
  EXPECT_EQ(held_back(open("11:00-12:15") + R"("limit":{"cooldown":"5h"})"), "limit 2026-02-26T11:00:00Z")
      << "it is closed as the cooldown ends";
  EXPECT_EQ(held_back(open("11:00-13:00") + day, kNoon + 2h), "hours 2026-02-26T11:30:00Z")
      << "the cooldown lasts longer than the night";
  EXPECT_EQ(held_back(session), "limit always");
  EXPECT_EQ(held_back(open("10:00-13:00") + session), "limit always");
  EXPECT_EQ(held_back(open("10:00-13:00") + R"("limit":{"cooldown":"10m"})"), "not");
}

TEST(Explain, NamesTheSignalSinceWhichNothingCountsYet) {
  const std::string condition = R"({"count":{"key":"open"},"since":{"key":"cart"},"atLeast":3})";
  EXPECT_EQ(failed("all", condition, {{"open", 5min}, {"open", 4min}}),
            "count of open since the latest cart | at least 3 | 0 | cart first, then 3 more open");
  EXPECT_EQ(failed("all", condition, {{"cart", 5min}, {"open", 4min}}),
            "count of open since the latest cart | at least 3 | 1 | 2 more open");
}

TEST(Explain, SaysWhichDecisionsAreMissing) {
  EXPECT_EQ(failed("all", R"({"decision":{"rule":"cp"},"within":"1d","atLeast":1})", {}),
            "decisions of cp, act within 1 d | at least 1 | 0 | one more of cp");
  EXPECT_EQ(failed("all", R"({"decision":{"rule":"cp","reaction":"clicked"},"within":"1d","atLeast":2})", {}),
            "decisions of cp that were clicked within 1 d | at least 2 | 0 | 2 more of cp, clicked");
}

TEST(Explain, SaysWhatWouldEndAnExclusion) {
  EXPECT_EQ(failed("none", R"({"seen":{"key":"support","value":"complaint"},"within":"7d"})",
                   {{"support", 26h, "complaint"}}),
            "support:complaint seen within 7 d | none | 1 d 2 h ago | in 5 d 22 h");
  EXPECT_EQ(failed("none", R"({"count":{"key":"view"},"within":"10m","atMost":1})", {{"view", 1min}}),
            "count of view within 10 min | not at most 1 | 1 | one more view");
}

TEST(Explain, SaysWhichContextIsWanted) {
  EXPECT_EQ(failed("all", R"({"context":"country","in":["US","GB"]})", {}, {{"country", "DE"}}),
            "context country | GB or US | DE | country GB or US");
  EXPECT_EQ(failed("all", R"({"context":"country","notIn":["US","GB"]})", {}, {{"country", "US"}}),
            "context country | not GB or US | US | country not GB or US");
  EXPECT_EQ(failed("none", R"({"context":"country","in":["US"]})", {}, {{"country", "US"}}),
            "context country | not US | US | country not US");
  EXPECT_EQ(failed("all", R"({"context":"country","in":["a","b","c","d","e","f","g"]})", {}),
            "context country | a, b, c, d, e or 2 others | no country | country a, b, c, d, e or 2 others");
}

TEST(Words, NameFilters) {
  const auto measure = [](const std::string& filter) {
    const std::string line = failed("all", R"({"seen":)" + filter + "}", {});
    return line.substr(0, line.find(" seen"));
  };
  EXPECT_EQ(measure(R"({})"), "any signal");
  EXPECT_EQ(measure(R"({"key":"cart.*"})"), "cart.*");
  EXPECT_EQ(measure(R"({"key":["view","cart"]})"), "cart or view");
  EXPECT_EQ(measure(R"({"key":"cart","value":["add","set*"],"source":"email","minConfidence":0.25})"),
            "cart with the value add or set* from email with a confidence of at least 0.25");
}

TEST(Words, NameDurations) {
  EXPECT_EQ(words_of(Duration{250s}), "4 min 10 s");
  EXPECT_EQ(words_of(Duration{2h}), "2 h");
  EXPECT_EQ(words_of(Duration{76h}), "3 d 4 h");
  EXPECT_EQ(words_of(Duration{1}), "1 s");
  EXPECT_EQ(words_of(Duration{}), "0 s");
}

}  // namespace
}  // namespace beckon::rules
