// The examples of docs/rules.md: each is accepted without a warning, and each recipe behaves as described.
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

// The JSON blocks of the document, each with its heading.
std::vector<std::pair<std::string, std::string>> examples() {
  std::ifstream file(BECKON_DOCS "/rules.md");
  std::vector<std::pair<std::string, std::string>> out;
  std::string heading, block;
  bool inside = false, fenced = false;  // in a JSON block, in any
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#") && !fenced) heading = line.substr(line.find(' ') + 1);
    if (line.starts_with("```")) fenced = !fenced;
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

// A rule whose only condition is this one.
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
    const RuleId welcome("welcome");  // the rule whose decisions the example counts
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

// A visitor on a page with the rule of one recipe. Times are relative to noon; exposures are kept.
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
  // Sets a trait from then on, as JSON.
  void is(const std::string& trait, const std::string& value) {
    ledger::take(traits_, {.name = trait, .value = value, .source = "crm", .stamp = {{}, ++traits_said_}});
    packed_ = ledger::PackedTraits(traits_);
  }
  // The payload of the last decision that acted.
  const std::string& payload() const { return payload_; }

  // "act", "act coupon", "none", "suppressed", "holdout".
  std::string asks(Duration time, const std::string& trigger) {
    const Facts given = facts(time);
    return told(rules_.judge(trigger, given), given);
  }

  // The result of the server's timer at that time: "waits", "nothing", or as above.
  std::string when_due(Duration time) {
    const Delayed& delayed = rules_.delayed()[0];
    const Facts given = facts(time);
    const auto anchors = rules_.anchors(delayed, delayed.visitor ? visitor_ : window_, given.now, kMonth);
    if (anchors.empty()) return "nothing";
    if (anchors.front().due > given.now) return "waits";
    return told(rules_.judge_due(delayed, given).verdict, given);
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
            .unit = unit_,
            .traits = {&said_, 1},
            .zones = &system_zones()};
  }
  std::string told(const Verdict& verdict, const Facts& given) {
    std::string room;
    if (verdict.outcome == Outcome::kAct) payload_ = rules_.action(verdict, given, "d-1", room);
    if (verdict.spends != 0) {
      spends_.push_back({.key = verdict.spends, .at = given.now});
      session_spends_.push_back(spends_.back());
    }
    return std::string(to_text(verdict.outcome)) + (verdict.variant.empty() ? "" : " ") + std::string(verdict.variant);
  }

  std::string unit_;
  RuleSet rules_;
  std::vector<std::vector<testing::Given>> sessions_;
  ledger::Window window_, visitor_;
  std::vector<ledger::Spend> spends_, session_spends_;
  ledger::Traits traits_;
  std::uint64_t traits_said_ = 0;
  ledger::PackedTraits packed_;
  const ledger::PackedTraits* const said_ = &packed_;
  std::string payload_;
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

TEST(Recipes, PriceDropOnTheViewedProduct) {
  Visitor anna("Price drop on the viewed product");
  anna.sends(0min, "product", "sku-7");
  anna.sends(kDay, "price.drop", "sku-7", R"({"percent":9,"price":45.5})");
  EXPECT_EQ(anna.when_due(kDay + 10min), "nothing") << "9 percent";
  anna.comes_again();
  anna.sends(2 * kDay, "price.drop", "sku-7", R"({"percent":20,"price":40})");
  EXPECT_EQ(anna.when_due(2 * kDay + 9min), "waits");
  EXPECT_EQ(anna.when_due(2 * kDay + 10min), "act") << "the product was looked at in another session";
  EXPECT_EQ(anna.payload(),
            R"({"type":"email","payload":{"template":"costs-less-now","sku":"sku-7","price":"40.00"}})");
  anna.sends(2 * kDay + 1h, "price.drop", "sku-8", R"({"percent":20,"price":10})");
  EXPECT_EQ(anna.when_due(2 * kDay + 2h), "suppressed") << "once a day";
  Visitor ben("Price drop on the viewed product");
  ben.sends(0min, "product", "sku-7");
  ben.sends(1min, "price.drop", "sku-7", R"({"percent":20,"price":40})");
  ben.sends(2min, "purchase");
  EXPECT_EQ(ben.when_due(11min), "nothing");
  Visitor cleo("Price drop on the viewed product");
  cleo.sends(0min, "product", "sku-7");
  cleo.sends(8 * kDay, "price.drop", "sku-7", R"({"percent":20,"price":40})");
  EXPECT_EQ(cleo.when_due(8 * kDay + 10min), "none") << "she looked more than a week ago";
}

TEST(Recipes, TrialEndsInThreeDays) {
  Visitor anna("Trial ends in three days");
  anna.is("plan", R"("trial")");
  anna.is("trialEndsAt", R"("2026-03-05T12:00:00Z")");
  EXPECT_EQ(anna.asks(5 * kDay - 1s, "page"), "none") << "more than three days";
  EXPECT_EQ(anna.asks(5 * kDay, "page"), "act");
  EXPECT_THAT(anna.payload(), ::testing::HasSubstr(R"("text":"Your trial ends on 5 March.")"));
  EXPECT_EQ(anna.asks(5 * kDay + 1h, "page"), "suppressed") << "once a day";
  EXPECT_EQ(anna.asks(6 * kDay, "page"), "act");
  EXPECT_EQ(anna.asks(8 * kDay + 1s, "page"), "none") << "it has ended";
  Visitor ben("Trial ends in three days");
  ben.is("plan", R"("trial")");
  ben.is("trialEndsAt", R"("2026-02-27T12:00:00Z")");
  ben.sends(0min, "upgrade");
  ben.comes_again();
  EXPECT_EQ(ben.asks(1min, "page"), "none") << "upgraded, in another session";
  Visitor cleo("Trial ends in three days");
  cleo.is("plan", R"("pro")");
  cleo.is("trialEndsAt", R"("2026-02-27T12:00:00Z")");
  EXPECT_EQ(cleo.asks(1min, "page"), "none");
}

TEST(Recipes, Birthday) {
  Visitor anna("Birthday");
  anna.is("birthday", R"("1990-02-27")");
  EXPECT_EQ(anna.asks(2 * kDay, "page"), "none") << "nobody knows where she is";
  anna.is("zone", R"("Asia/Tokyo")");
  EXPECT_EQ(anna.asks(kDay + 2h, "page"), "none") << "23:00 on the 26th in Tokyo";
  EXPECT_EQ(anna.asks(kDay + 3h, "page"), "act") << "midnight";
  EXPECT_THAT(anna.payload(), ::testing::HasSubstr(R"("title":"Happy birthday, and all the best!")"));
  EXPECT_EQ(anna.asks(2 * kDay, "page"), "suppressed") << "one wish";
  Visitor ben("Birthday");
  ben.is("birthday", R"("1984-02-25")");
  ben.is("firstName", R"("Ben")");
  ben.context = {{"zone", "America/New_York"}};
  EXPECT_EQ(ben.asks(0min, "page"), "act") << "the page says where he is";
  EXPECT_THAT(ben.payload(), ::testing::HasSubstr(R"("title":"Happy birthday, Ben!")"));
}

TEST(Recipes, Replenishment) {
  const std::string coffee = R"({"items":[{"sku":"c-1","category":"coffee"},{"sku":"t-1","category":"tea"}]})";
  Visitor anna("Replenishment");
  anna.sends(0min, "purchase", "", coffee);
  anna.sends(kDay, "purchase", "", R"({"items":[{"sku":"t-2","category":"tea"}]})");
  EXPECT_EQ(anna.when_due(25 * kDay - 1s), "waits");
  EXPECT_EQ(anna.when_due(25 * kDay), "act") << "tea is no coffee";
  EXPECT_THAT(anna.payload(), ::testing::HasSubstr(R"("items":[{"sku":"c-1"},{"sku":"t-1"}])"));
  anna.comes_again();
  anna.sends(26 * kDay, "purchase", "", coffee);
  EXPECT_EQ(anna.when_due(50 * kDay), "waits") << "bought again: the wait starts again";
  Visitor ben("Replenishment");
  ben.is("zone", R"("Australia/Sydney")");
  ben.sends(0min, "purchase", "", coffee);
  EXPECT_EQ(ben.when_due(25 * kDay), "suppressed") << "23:00 in Sydney";
  EXPECT_EQ(ben.when_due(25 * kDay + 9h), "act") << "08:00";
}

TEST(Recipes, SecondPurchase) {
  Visitor anna("Second purchase");
  anna.is("orders", "1");
  anna.sends(0min, "purchase");
  EXPECT_EQ(anna.when_due(10 * kDay - 1s), "waits");
  const std::string got = anna.when_due(10 * kDay);
  EXPECT_TRUE(got == "act code" || got == "holdout") << got;
  Visitor ben("Second purchase");
  ben.is("orders", "7");
  ben.sends(0min, "purchase");
  EXPECT_EQ(ben.when_due(10 * kDay), "none") << "his first order was long ago";
  std::map<std::string, int> all;
  for (int i = 0; i < 200; ++i) {
    Visitor one("Second purchase", "v-" + std::to_string(i));
    one.is("orders", "1");
    one.sends(0min, "purchase");
    ++all[one.when_due(10 * kDay)];
  }
  EXPECT_EQ(all.size(), 2U);
  EXPECT_GT(all["holdout"], 5);
  EXPECT_GT(all["act code"], 150);
}

TEST(Recipes, LapsedVip) {
  Visitor anna("Lapsed VIP");
  anna.is("lifetimeValue", "1200.50");
  anna.is("lastOrderAt", R"("2025-12-27T12:00:00Z")");
  EXPECT_EQ(anna.asks(0min, "page"), "suppressed") << "no message without the name";
  anna.is("firstName", R"("Anna")");
  EXPECT_EQ(anna.asks(-1s, "page"), "none") << "59 days";
  EXPECT_EQ(anna.asks(0min, "page"), "act");
  EXPECT_THAT(anna.payload(), ::testing::HasSubstr(R"("title":"We have missed you, Anna.")"));
  anna.comes_again();
  EXPECT_EQ(anna.asks(kDay, "page"), "suppressed") << "once a month";
  Visitor ben("Lapsed VIP");
  ben.is("lifetimeValue", "999.99");
  ben.is("lastOrderAt", R"("2025-06-01T12:00:00Z")");
  EXPECT_EQ(ben.asks(0min, "page"), "none");
  Visitor cleo("Lapsed VIP");
  cleo.is("lifetimeValue", "5000");
  cleo.is("lastOrderAt", R"("2025-06-01T12:00:00Z")");
  cleo.is("firstName", R"("Cleo")");
  cleo.sends(0min, "purchase");
  cleo.comes_again();
  EXPECT_EQ(cleo.asks(1min, "page"), "none") << "has just bought, and the shop has not said so yet";
}

TEST(Recipes, SameCartRescue) {
  const auto cart = [](const std::string& id, const std::string& items) {
    return R"({"cartId":")" + id + R"(","items":[)" + items + "]}";
  };
  Visitor anna("Same-cart rescue");
  anna.sends(0min, "cart", "add", cart("c-1", R"({"sku":"a","price":"4.90","quantity":3})"));
  EXPECT_EQ(anna.when_due(30min), "none") << "14.70";
  anna.comes_again();
  anna.sends(1h, "cart", "add", cart("c-2", R"({"sku":"b","price":3,"quantity":2})"));
  EXPECT_EQ(anna.when_due(1h + 29min), "waits");
  EXPECT_EQ(anna.when_due(1h + 30min), "act");
  EXPECT_EQ(anna.payload(), R"({"type":"email","payload":{"template":"your-cart","cart":"c-2",)"
                            R"("items":[{"sku":"b","price":"3.00"}]}})");
  Visitor ben("Same-cart rescue");
  ben.sends(0min, "cart", "add", cart("c-1", R"({"sku":"a","price":30,"quantity":1})"));
  ben.comes_again();
  ben.sends(1min, "purchase");
  EXPECT_EQ(ben.when_due(31min), "nothing") << "bought, on another device";
  Visitor cleo("Same-cart rescue");
  cleo.sends(0min, "cart", "add", cart("c-1", R"({"sku":"a","price":15,"quantity":1})"));
  cleo.sends(kDay, "cart", "add", cart("c-1", R"({"sku":"b","price":15,"quantity":1})"));
  EXPECT_EQ(cleo.when_due(kDay + 30min), "none") << "only one of them within a day";
}

TEST(Recipes, QuietEvening) {
  Visitor anna("Quiet evening");
  anna.is("zone", R"("Europe/Paris")");
  anna.sends(4h, "parcel.ready", "", R"({"place":"Rue Cler 7"})");
  EXPECT_EQ(anna.when_due(6h - 1s), "waits");
  EXPECT_EQ(anna.when_due(6h), "suppressed") << "19:00 in Paris";
  EXPECT_EQ(anna.when_due(20h - 1s), "suppressed");
  EXPECT_EQ(anna.when_due(20h), "act") << "09:00";
  EXPECT_EQ(anna.payload(), R"({"type":"sms","payload":{"text":"Your parcel is ready: Rue Cler 7."}})");
  Visitor ben("Quiet evening");
  ben.sends(kDay - 6h, "parcel.ready", "", R"({"place":"Main Street 1"})");
  EXPECT_EQ(ben.when_due(kDay), "suppressed") << "07:00 in New York";
  EXPECT_EQ(ben.when_due(kDay + 2h), "act") << "09:00 in New York and 15:00 in Paris";
  Visitor cleo("Quiet evening");
  cleo.sends(0min, "parcel.ready", "", R"({"place":"Rue Cler 7"})");
  cleo.comes_again();
  cleo.sends(1h, "parcel.collected");
  EXPECT_EQ(cleo.when_due(2h), "nothing");
  Visitor dora("Quiet evening");
  dora.is("zone", R"("Europe/Paris")");
  dora.sends(0min, "parcel.ready");
  EXPECT_EQ(dora.when_due(2h), "suppressed") << "no message without the place";
}

TEST(Recipes, PostPurchaseByCategory) {
  const std::string shoes = R"({"orderId":"o-1","items":[{"name":"Boots","category":"shoes","price":"89.90"},)"
                            R"({"name":"Socks","category":"socks","price":9}]})";
  Visitor anna("Post-purchase by category");
  anna.sends(0min, "purchase", "", shoes);
  EXPECT_EQ(anna.when_due(3 * kDay - 1s), "waits");
  EXPECT_EQ(anna.when_due(3 * kDay), "act");
  EXPECT_EQ(anna.payload(), R"({"type":"email","payload":{"template":"care-for-your-shoes","order":"o-1",)"
                            R"("names":"Boots, Socks"}})");
  Visitor ben("Post-purchase by category");
  ben.sends(0min, "purchase", "", shoes);
  ben.comes_again();
  ben.sends(kDay, "purchase", "", R"({"orderId":"o-2","items":[{"name":"Wax","category":"polish","price":7}]})");
  EXPECT_EQ(ben.when_due(3 * kDay), "nothing");
  Visitor cleo("Post-purchase by category");
  cleo.sends(0min, "purchase", "",
             R"({"orderId":"o-3","items":[{"category":"shoes","price":20},{"category":"coats","price":200}]})");
  EXPECT_EQ(cleo.when_due(3 * kDay), "nothing") << "the shoes were cheap";
}

TEST(Recipes, OnboardingStepNotDone) {
  Visitor anna("Onboarding step not done");
  anna.sends(0min, "signup");
  EXPECT_EQ(anna.when_due(kDay - 1s), "waits");
  EXPECT_EQ(anna.when_due(kDay), "none") << "has not come back";
  anna.comes_again();
  anna.sends(20h, "visit");
  EXPECT_EQ(anna.when_due(kDay), "act");
  EXPECT_THAT(anna.payload(), ::testing::HasSubstr(R"("plan":"free")"));
  for (const char* step : {"project.created", "project.imported"}) {
    Visitor ben("Onboarding step not done");
    ben.sends(0min, "signup");
    ben.comes_again();
    ben.sends(1h, "visit");
    ben.sends(2h, step);
    EXPECT_EQ(ben.when_due(kDay), "nothing") << step;
  }
  Visitor cleo("Onboarding step not done");
  cleo.sends(0min, "signup");
  cleo.sends(1h, "help.chat");
  cleo.is("role", R"("viewer")");
  EXPECT_EQ(cleo.when_due(kDay), "none");
  cleo.is("role", R"("editor")");
  EXPECT_EQ(cleo.when_due(kDay), "act") << "asked for help";
}

}  // namespace
}  // namespace beckon::rules
