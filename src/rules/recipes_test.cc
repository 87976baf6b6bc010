// The examples of docs/rules.md: each is taken without a warning, and each recipe plays the story that it tells.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "rules/language/check_rule.h"
#include "rules/lint/lint.h"
#include "rules/reference/testing.h"

namespace beckon::rules {
namespace {

using namespace std::chrono_literals;
using testing::kMonth;
using testing::kNoon;

// The JSON blocks of the document, each with the heading that it stands under.
std::vector<std::pair<std::string, std::string>> examples() {
  std::ifstream file(BECKON_DOCS "/rules.md");
  std::vector<std::pair<std::string, std::string>> out;
  std::string heading, block;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#")) heading = line.substr(line.find(' ') + 1);
    if (line == "```" && inside) out.emplace_back(heading, block), block.clear(), inside = false;
    if (inside) block += line + "\n";
    if (line == "```json") inside = true;
  }
  return out;
}

Scores scores() {
  const auto document = json::parse(R"({"intent":{"weights":{"view":0.1,"cart":0.5},"halfLife":"1d"}})");
  Issues issues;
  return read_scores(document->root(), "scores", issues);
}

// A condition as a rule that asks for it alone.
std::string whole_rule(const std::string& example) {
  const auto document = json::parse(example);
  return document->root().find("triggers") != nullptr ? example : testing::rule(R"({"all":[)" + example + "]}");
}

TEST(Recipes, AreAllTakenWithoutAWarning) {
  std::vector<std::string> measures;
  for (const auto& [heading, example] : examples()) {
    const auto parsed = json::parse(example);
    ASSERT_TRUE(parsed.has_value()) << example;
    const std::string text = whole_rule(example);
    const auto document = json::parse(text);
    const RuleId id(document->root().find("ruleId")->text());
    const auto checked = check_rule(id, document->root(), system_zones());
    ASSERT_TRUE(checked.has_value()) << example << checked.error().message;
    StoredRules stored{.version = 1, .rules = {{.id = id, .json = text, .rules_version = 1}}};
    const RuleId welcome("welcome");  // the rule that the example of a decision counts
    if (id != welcome) {
      stored.rules.push_back({.id = welcome, .json = testing::rule("{}", "", welcome.text), .rules_version = 1});
    }
    EXPECT_EQ(to_json(lint_rule(id, stored, testing::ZonesOfRelease(), scores(), kMonth, kNoon)), "[]") << example;
    if (heading == "Conditions") measures.emplace_back(parsed->root().members()[0].key);
  }
  EXPECT_THAT(measures, ::testing::UnorderedElementsAre("count", "seen", "distinct", "distinct", "sum", "sum", "sum",
                                                        "max", "last", "absent", "steps", "steps", "absent", "count",
                                                        "score", "context", "context", "any", "count", "count", "trait",
                                                        "trait", "trait", "trait", "ever", "ever", "decision"));
}

// A visitor on a page with the rule of one recipe. Times are from noon on; what a decision spends is kept.
class Visitor {
 public:
  explicit Visitor(const std::string& recipe, std::string unit = "v-1") : unit_(std::move(unit)) {
    for (const auto& [heading, example] : examples()) {
      if (heading == recipe) rules_ = testing::rule_set({example});
    }
    comes_again();
  }

  void comes_again() { sessions_.emplace_back(), session_spends_.clear(); }
  void sends(Duration time, const std::string& key, const std::string& value = "", const std::string& metadata = "") {
    sessions_.back().push_back({.key = key, .ago = -time, .value = value, .metadata = metadata});
  }
  ledger::Context context;

  // "act", "act coupon", "none", "suppressed", "holdout".
  std::string asks(Duration time, const std::string& trigger) { return told(rules_.judge(trigger, facts(time)), time); }

  // What the server's timer comes to at that time: "waits", "nothing", or as above.
  std::string when_due(Duration time) {
    const Delayed& delayed = rules_.delayed()[0];
    const Facts given = facts(time);
    const auto anchors = rules_.anchors(delayed, delayed.visitor ? visitor_ : window_, given.now, kMonth);
    if (anchors.empty()) return "nothing";
    if (anchors.front().due > given.now) return "waits";
    return told(rules_.judge_due(delayed, given).verdict, time);
  }

 private:
  Facts facts(Duration time) {
    std::vector<ledger::Window> all;
    for (const auto& given : sessions_) all.push_back(testing::window(given));
    std::vector<const ledger::Window*> pointers;
    for (const ledger::Window& one : all) pointers.push_back(&one);
    window_ = all.back();
    visitor_ = ledger::Window::merged(pointers);
    return {.window = window_,
            .context = context,
            .now = kNoon + time,
            .retention = kMonth,
            .visitor = &visitor_,
            .session_spends = session_spends_,
            .unit_spends = spends_,
            .unit = unit_};
  }
  std::string told(const Verdict& verdict, Duration time) {
    if (verdict.spends != 0) {
      spends_.push_back({.key = verdict.spends, .at = kNoon + time});
      session_spends_.push_back(spends_.back());
    }
    return std::string(to_text(verdict.outcome)) + (verdict.variant.empty() ? "" : " ") + std::string(verdict.variant);
  }

  std::string unit_;
  RuleSet rules_;
  std::vector<std::vector<testing::Given>> sessions_;
  ledger::Window window_, visitor_;
  std::vector<ledger::Spend> spends_, session_spends_;
};

constexpr Duration kDay = 24h;

TEST(Recipes, CartRescue) {
  Visitor anna("Cart rescue");
  anna.sends(0min, "cart", "add");
  EXPECT_EQ(anna.when_due(29min), "waits");
  EXPECT_EQ(anna.when_due(30min), "act");
  anna.sends(40min, "cart", "add");
  EXPECT_EQ(anna.when_due(70min), "suppressed") << "once a day";
  Visitor ben("Cart rescue");
  ben.sends(0min, "cart", "add");
  ben.sends(20min, "purchase");
  EXPECT_EQ(ben.when_due(30min), "nothing");
}

TEST(Recipes, BrowseAbandonment) {
  Visitor anna("Browse abandonment");
  for (const char* product : {"sku-1", "sku-2", "sku-3"}) anna.sends(5min, "product", product);
  EXPECT_EQ(anna.when_due(24min), "waits");
  EXPECT_EQ(anna.when_due(25min), "act");
  Visitor ben("Browse abandonment");
  for (const char* product : {"sku-1", "sku-1", "sku-2"}) ben.sends(5min, "product", product);
  EXPECT_EQ(ben.when_due(25min), "none") << "two products, one of them twice";
  ben.sends(26min, "product", "sku-3");
  EXPECT_EQ(ben.when_due(46min), "act");
  Visitor cleo("Browse abandonment");
  cleo.sends(0min, "cart", "add");
  for (const char* product : {"sku-1", "sku-2", "sku-3"}) cleo.sends(5min, "product", product);
  EXPECT_EQ(cleo.when_due(25min), "none") << "the cart has a rule of its own";
}

TEST(Recipes, WinBack) {
  Visitor anna("Win-back");
  anna.sends(0min, "visit");
  anna.sends(5min, "purchase");
  EXPECT_EQ(anna.asks(6min, "page"), "none");
  anna.comes_again();
  anna.sends(15 * kDay, "visit");
  EXPECT_EQ(anna.asks(15 * kDay + 1s, "page"), "act");
  EXPECT_EQ(anna.asks(15 * kDay + 1min, "page"), "suppressed") << "once in the session";
  Visitor ben("Win-back");
  ben.sends(0min, "visit");
  ben.comes_again();
  ben.sends(15 * kDay, "visit");
  EXPECT_EQ(ben.asks(15 * kDay + 1s, "page"), "none") << "never bought";
}

TEST(Recipes, Welcome) {
  Visitor anna("Welcome");
  anna.sends(0min, "visit");
  EXPECT_EQ(anna.asks(1s, "page"), "act");
  EXPECT_EQ(anna.asks(1min, "page"), "suppressed") << "one greeting";
  anna.comes_again();
  anna.sends(kDay, "visit");
  EXPECT_EQ(anna.asks(kDay + 1s, "page"), "none") << "no longer the first visit";
}

TEST(Recipes, ExitIntent) {
  std::map<std::string, int> got;
  for (int i = 0; i < 200; ++i) {
    Visitor one("Exit intent", "v-" + std::to_string(i));
    one.sends(0min, "cart", "add", R"({"amount":30})");
    EXPECT_EQ(one.asks(1min, "exit_intent"), "none");
    one.sends(2min, "cart", "add", R"({"amount":20})");
    ++got[one.asks(3min, "exit_intent")];
    EXPECT_EQ(one.asks(4min, "exit_intent"), "suppressed") << "once in a session, in the control group too";
  }
  EXPECT_EQ(got.size(), 3U);
  EXPECT_GT(got["act coupon"], 60);
  EXPECT_GT(got["act shipping"], 60);
  EXPECT_GT(got["holdout"], 5);
  Visitor bought("Exit intent");
  bought.sends(0min, "cart", "add", R"({"amount":90})");
  bought.sends(1min, "purchase");
  EXPECT_EQ(bought.asks(2min, "exit_intent"), "none");
}

TEST(Recipes, FrequencyCappedBanner) {
  constexpr Duration kMarch = 10 * kDay;  // the 7th at 13:00 in Berlin
  Visitor anna("Frequency-capped banner");
  anna.context = {{"segment", "returning"}};
  EXPECT_EQ(anna.asks(0min, "page"), "none") << "it is February";
  for (int day = 0; day < 3; ++day) {
    anna.comes_again();
    EXPECT_EQ(anna.asks(kMarch + day * kDay, "page"), "act");
    EXPECT_EQ(anna.asks(kMarch + day * kDay + 1min, "page"), "suppressed") << "once in a session";
  }
  anna.comes_again();
  EXPECT_EQ(anna.asks(kMarch + 3 * kDay, "page"), "suppressed") << "three times a week";
  EXPECT_EQ(anna.asks(kMarch + 7 * kDay, "page"), "act");
  anna.comes_again();
  EXPECT_EQ(anna.asks(kMarch + 20 * kDay + 9h, "page"), "suppressed") << "22:00 in Berlin";
  Visitor ben("Frequency-capped banner");
  EXPECT_EQ(ben.asks(kMarch, "page"), "none") << "not a returning visitor";
}

TEST(Recipes, Vip) {
  Visitor anna("VIP");
  anna.sends(0min, "purchase", "", R"({"amount":250})");
  EXPECT_EQ(anna.asks(1min, "checkout"), "none");
  anna.comes_again();
  anna.sends(10 * kDay, "purchase", "", R"({"amount":250.00})");
  EXPECT_EQ(anna.asks(10 * kDay + 1min, "checkout"), "act") << "500 in two sessions";
  EXPECT_EQ(anna.asks(30 * kDay, "checkout"), "none") << "the first is a month ago";
  Visitor ben("VIP");
  ben.sends(0min, "purchase", "", R"({"amount":300})");
  EXPECT_EQ(ben.asks(1min, "checkout"), "act");
}

TEST(Recipes, PostPurchase) {
  Visitor anna("Post-purchase");
  anna.sends(0min, "purchase");
  EXPECT_EQ(anna.when_due(3 * kDay - 1s), "waits");
  EXPECT_EQ(anna.when_due(3 * kDay), "act");
  Visitor night("Post-purchase");
  night.sends(8h, "purchase");
  EXPECT_EQ(night.when_due(3 * kDay + 8h), "suppressed") << "21:00 in Berlin: it waits for the morning";
  EXPECT_EQ(night.when_due(3 * kDay + 21h), "act") << "10:00";
  Visitor ben("Post-purchase");
  ben.sends(0min, "purchase");
  ben.comes_again();
  ben.sends(kDay, "review");
  EXPECT_EQ(ben.when_due(3 * kDay), "nothing");
}

TEST(Recipes, PriceDrop) {
  Visitor anna("Price drop");
  anna.sends(0min, "price.drop", "sku-7");
  anna.sends(1min, "product", "sku-7");
  EXPECT_EQ(anna.asks(2min, "page"), "none") << "it fell before";
  anna.sends(kDay, "price.drop", "sku-7");
  EXPECT_EQ(anna.asks(kDay + 1min, "page"), "act");
  Visitor ben("Price drop");
  ben.sends(0min, "product", "sku-7");
  ben.sends(1min, "price.drop", "sku-7");
  ben.sends(2min, "purchase");
  EXPECT_EQ(ben.asks(3min, "page"), "none");
}

TEST(Recipes, ChurnRisk) {
  Visitor anna("Churn risk");
  for (int day = 0; day < 8; ++day) anna.sends(day * kDay, "visit"), anna.comes_again();
  EXPECT_EQ(anna.asks(7 * kDay + 1min, "page"), "none") << "she comes every day";
  anna.sends(20 * kDay, "visit");
  EXPECT_EQ(anna.asks(20 * kDay + 1min, "page"), "act");
  Visitor ben("Churn risk");
  for (int day = 0; day < 8; ++day) ben.sends(day * kDay, "visit"), ben.comes_again();
  ben.sends(7 * kDay + 1h, "cancel.start");
  EXPECT_EQ(ben.asks(7 * kDay + 2h, "page"), "act");
}

}  // namespace
}  // namespace beckon::rules
