#include "store/conformance/suite.h"

namespace beckon::store {
namespace {

class RulesOfAStore : public Conformance {
 protected:
  void put(std::uint64_t version, std::vector<std::pair<std::string, std::string>> texts, Handle handle = kAcme) {
    commit::Batch batch{.at = kStart};
    for (const auto& [id, json] : texts)
      batch.changes.emplace_back(commit::RulePut{handle, RuleId(id), version, json, after(static_cast<int>(version))});
    write(batch);
  }
  static std::string text(const rules::StoredRules& stored) {
    std::string all = std::to_string(stored.version) + ":";
    for (const auto& rule : stored.rules) all += " " + rule.id.text + "=" + rule.json;
    return all;
  }
  std::string now() { return text(store().rules().rules(kAcme).value()); }
  std::string at(std::uint64_t version) { return text(store().rules().rules_at(kAcme, version).value()); }
};
BECKON_ON_EVERY_DRIVER(RulesOfAStore);

TEST_P(RulesOfAStore, AreNoneAtFirst) { EXPECT_EQ(now(), "0:"); }

TEST_P(RulesOfAStore, AreKeptInEveryVersion) {
  put(1, {{"b", "one"}});
  put(2, {{"a", "two"}});
  put(3, {{"b", "three"}});
  put(4, {{"a", ""}});
  EXPECT_EQ(now(), "4: b=three");
  EXPECT_EQ(at(3), "3: a=two b=three");
  EXPECT_EQ(at(2), "2: a=two b=one");
  EXPECT_EQ(at(1), "1: b=one");
  EXPECT_EQ(at(0), "0:");
}

TEST_P(RulesOfAStore, SayWithWhichVersionEachTextCame) {
  put(1, {{"a", "one"}});
  put(2, {{"b", "two"}});
  const auto stored = store().rules().rules(kAcme).value();
  EXPECT_EQ(stored.rules[0].rules_version, 1u);
  EXPECT_EQ(stored.rules[0].at, after(1));
  EXPECT_EQ(stored.rules[1].rules_version, 2u);
}

TEST_P(RulesOfAStore, SaySinceWhenEachIsLive) {
  write({.at = kStart, .changes = {commit::RulePut{kAcme, RuleId("a"), 1, "one", after(1), after(1)}}});
  write({.at = kStart,
         .changes = {commit::RulePut{kAcme, RuleId("a"), 2, "two", after(2), after(1)},
                     commit::RulePut{kAcme, RuleId("b"), 2, "two", after(2)}}});
  const auto stored = store().rules().rules(kAcme).value();
  EXPECT_EQ(stored.rules[0].live_since, after(1));
  EXPECT_EQ(stored.rules[1].live_since, Instant{});
}

TEST_P(RulesOfAStore, KeepThoseThatAreFillingBesideTheirFormerTexts) {
  put(1, {{"b", "one"}});
  const rules::FillingRule b{RuleId("b"), "two", after(2), "ada", 0, 7}, a{RuleId("a"), "new", after(3), "bob", 3, 9};
  write({.at = kStart, .changes = {commit::FillingPut{kAcme, b}, commit::FillingPut{kAcme, a}}});
  write({.at = kStart, .changes = {commit::FillingPut{kOther, b}}});
  EXPECT_EQ(now(), "1: b=one");
  EXPECT_EQ(store().rules().rules(kAcme)->filling, (std::vector{a, b}));
  EXPECT_TRUE(store().rules().rules_at(kAcme, 1)->filling.empty());
  rules::FillingRule further = b;
  further.filled_to = 5;
  write({.at = kStart, .changes = {commit::FillingPut{kAcme, further}, commit::FillingPut{kAcme, {.id = a.id}}}});
  EXPECT_EQ(store().rules().rules(kAcme)->filling, std::vector{further});
  EXPECT_EQ(store().rules().rules(kOther)->filling, std::vector{b});
}

TEST_P(RulesOfAStore, ChangeTogetherInOneVersion) {
  put(1, {{"a", "one"}, {"b", "one"}});
  put(2, {{"a", ""}, {"b", "two"}, {"c", "two"}});
  EXPECT_EQ(now(), "2: b=two c=two");
}

TEST_P(RulesOfAStore, OfAVersionThatIsNotThereAreNotFound) {
  put(1, {{"a", "one"}});
  EXPECT_EQ(store().rules().rules_at(kAcme, 2).error().code, FaultCode::kNotFound);
}

TEST_P(RulesOfAStore, ListWhatEachVersionChangedNewestFirst) {
  put(1, {{"a", "one"}, {"b", "one"}});
  put(2, {{"b", "two"}});
  put(3, {{"a", ""}, {"c", "three"}});
  put(9, {{"a", "theirs"}}, kOther);
  const auto named = [](const std::vector<rules::RulesVersion>& versions) {
    std::string all;
    for (const auto& made : versions) {
      all += std::to_string(made.version) + "@" + std::to_string((made.at - kStart).count() / 1000);
      for (const auto& change : made.changes) all += (change.deleted ? " -" : " ") + change.rule.text;
      all += "; ";
    }
    return all;
  };
  EXPECT_EQ(named(store().rules().versions(kAcme, 100, 10).value()), "3@3 -a c; 2@2 b; 1@1 a b; ");
  EXPECT_EQ(named(store().rules().versions(kAcme, 3, 1).value()), "2@2 b; ");
  EXPECT_EQ(named(store().rules().versions(kAcme, 1, 10).value()), "");
}

TEST_P(RulesOfAStore, ListTheVersionsThatChangedOneRule) {
  put(1, {{"a", "one"}, {"b", "one"}});
  put(2, {{"b", "two"}});
  put(3, {{"a", ""}, {"c", "three"}});
  put(4, {{"a", "theirs"}}, kOther);
  put(5, {{"a", "five"}, {"b", "five"}, {"c", "five"}});
  const auto named = [&](const char* rule, std::uint64_t before = 100, std::size_t limit = 9) {
    std::string all;
    const auto versions = store().rule_history().versions_of(kAcme, RuleId(rule), before, limit).value();
    for (const auto& made : versions) {
      EXPECT_EQ(made.at, after(static_cast<int>(made.version)));
      all += std::to_string(made.version) + " of " + std::to_string(made.changed) + ":";
      for (const auto& change : made.changes) all += (change.deleted ? " -" : " ") + change.rule.text;
      all += "; ";
    }
    return all;
  };
  EXPECT_EQ(named("a"), "5 of 3: a; 3 of 2: -a; 1 of 2: a; ");
  EXPECT_EQ(named("a", 5, 1), "3 of 2: -a; ");
  EXPECT_EQ(named("b"), "5 of 3: b; 2 of 1: b; 1 of 2: b; ");
  EXPECT_EQ(named("none"), "");
  write({.at = kStart, .changes = {commit::ForgetRules{kAcme, 3, store().rules().superseded(kAcme, 3, 9).value()}}});
  EXPECT_EQ(named("a"), "5 of 3: a; 3 of 2: -a; ") << "what is kept no longer is not told of";
}

TEST_P(RulesOfAStore, SayWithWhichTimeZonesAndByWhomEachVersionWasSaved) {
  std::uint64_t version = 0;
  for (const char* release : {"2024b", "2027c", ""}) {
    commit::Batch batch{.at = kStart};
    batch.changes.emplace_back(commit::RulePut{.handle = kAcme,
                                               .rule = RuleId("a"),
                                               .rules_version = ++version,
                                               .json = "text",
                                               .at = kStart,
                                               .zone_version = release,
                                               .actor = version > 2 ? "" : "jo@acme.example"});
    write(batch);
  }
  std::string all;
  const auto versions = store().rules().versions(kAcme, 100, 10).value();
  for (const auto& made : versions) all += made.zone_version + " " + made.actor + ";";
  EXPECT_EQ(all, " ;2027c jo@acme.example;2024b jo@acme.example;");
  const auto of_rule = store().rule_history().versions_of(kAcme, RuleId("a"), 3, 1).value();
  ASSERT_EQ(of_rule.size(), 1u);
  EXPECT_EQ(of_rule[0].actor, "jo@acme.example");
  EXPECT_EQ(of_rule[0].changed, 1u);
}

TEST_P(RulesOfAStore, NameTheFirstChangesOfAGreatVersionAndCountAll) {
  std::vector<std::pair<std::string, std::string>> texts;
  for (int i = 0; i < 30; ++i) texts.emplace_back("r" + std::to_string(10 + i), "text");
  put(1, texts);
  const auto made = store().rules().versions(kAcme, 2, 10).value();
  ASSERT_EQ(made.size(), 1u);
  EXPECT_EQ(made[0].changed, 30u);
  EXPECT_EQ(made[0].changes.size(), rules::RulesVersion::kNamed);
  EXPECT_EQ(made[0].changes.front().rule.text, "r10");
}

TEST_P(RulesOfAStore, BelongToOneTenant) {
  put(5, {{"a", "theirs"}}, kOther);
  EXPECT_EQ(now(), "0:");
}

TEST_P(RulesOfAStore, TellWhichVersionWasCurrentAtAnInstant) {
  put(1, {{"a", "one"}});
  put(5, {{"b", "five"}});
  put(9, {{"a", "nine"}}, kOther);
  const auto by = [&](int second) { return store().rules().version_by(kAcme, after(second)).value(); };
  EXPECT_EQ(by(0), 0u);
  EXPECT_EQ(by(1), 1u);
  EXPECT_EQ(by(4), 1u);
  EXPECT_EQ(by(100), 5u);
}

TEST_P(RulesOfAStore, NameTheTextsThatNoLaterVersionNeeds) {
  put(1, {{"a", "one"}, {"b", "one"}, {"c", "one"}});
  put(2, {{"a", "two"}, {"b", ""}});
  put(3, {{"a", "three"}});
  const auto named = [&](std::uint64_t first, std::size_t limit = 9) {
    std::string all;
    const auto texts = store().rules().superseded(kAcme, first, limit).value();
    for (const auto& [rule, version] : texts) all += rule.text + std::to_string(version) + " ";
    return all;
  };
  EXPECT_EQ(named(1), "");
  EXPECT_EQ(named(2), "a1 b1 ");
  EXPECT_EQ(named(3), "a1 b1 a2 b2 ");
  EXPECT_EQ(named(3, 3), "a1 b1 a2 ") << "the oldest first: what was deleted never comes back";
}

TEST_P(RulesOfAStore, StayAsTheyWereFromTheFirstVersionThatIsKept) {
  put(1, {{"a", "one"}, {"b", "one"}, {"c", "one"}});
  put(2, {{"a", "two"}, {"b", ""}});
  put(3, {{"a", "three"}});
  put(1, {{"a", "theirs"}}, kOther);
  const std::string three = at(3);
  write({.at = kStart, .changes = {commit::ForgetRules{kAcme, 3, store().rules().superseded(kAcme, 3, 9).value()}}});
  EXPECT_EQ(at(3), three);
  EXPECT_EQ(now(), "3: a=three c=one");
  EXPECT_EQ(store().rules().rules_at(kAcme, 2).error().code, FaultCode::kNotFound);
  EXPECT_EQ(store().rules().rules_at(kAcme, 0).error().code, FaultCode::kNotFound);
  EXPECT_EQ(store().rules().superseded(kAcme, 3, 9)->size(), 0u);
  ASSERT_EQ(store().rules().versions(kAcme, 100, 9)->size(), 1u)
      << "the text of c is older, its version is not told of";
  EXPECT_EQ(store().rules().versions(kOther, 100, 9)->size(), 1u);
}

TEST_P(RulesOfAStore, BesideThemTraitsAreOfTheirHandleAndAreReplacedAndDeleted) {
  write({.at = kStart,
         .changes = {commit::TraitPut{kAcme, "plan", "one"}, commit::TraitPut{kAcme, "seats", "two"},
                     commit::TraitPut{kOther, "plan", "three"}}});
  write({.at = kStart, .changes = {commit::TraitPut{kAcme, "plan", "four"}, commit::TraitPut{kAcme, "seats", ""}}});
  EXPECT_EQ(store().traits().traits(kAcme).value(), (commit::TraitStore::Stored{{"plan", "four"}}));
  EXPECT_EQ(store().traits().traits(kOther).value(), (commit::TraitStore::Stored{{"plan", "three"}}));
  write({.at = kStart,
         .changes = {commit::CounterPut{kAcme, "orders", "one"}, commit::CounterPut{kAcme, "plan", "two"},
                     commit::CounterPut{kOther, "orders", "three"}}});
  write(
      {.at = kStart, .changes = {commit::CounterPut{kAcme, "orders", "four"}, commit::CounterPut{kAcme, "plan", ""}}});
  EXPECT_EQ(store().traits().counters(kAcme).value(), (commit::TraitStore::Stored{{"orders", "four"}}));
  EXPECT_EQ(store().traits().counters(kOther).value(), (commit::TraitStore::Stored{{"orders", "three"}}));
  EXPECT_EQ(store().traits().traits(kAcme).value(), (commit::TraitStore::Stored{{"plan", "four"}}));
}

}  // namespace
}  // namespace beckon::store
