// What is refused at PUT, and at which path.
#include "rules/language/check_rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/language/rule.h"
#include "rules/reference/testing.h"
#include "rules/rule_set.h"

namespace beckon::rules {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<FieldIssue> issues_of(const std::string& text, std::string_view id = "r") {
  const auto document = json::parse(text);
  EXPECT_TRUE(document.has_value()) << text;
  const auto checked = check_rule(RuleId(id), document->root(), system_zones());
  if (checked) return {};
  EXPECT_EQ(checked.error().code, FaultCode::kValidationError);
  return checked.error().details;
}

// The only fault of a rule, as "path: issue".
std::string fault(const std::string& text) {
  const auto issues = issues_of(text);
  if (issues.empty()) return "none";
  std::string out = issues.front().field + ": " + issues.front().issue;
  for (std::size_t i = 1; i < issues.size(); ++i) out += " / " + issues[i].field + ": " + issues[i].issue;
  return out;
}

std::string condition_fault(const std::string& condition) {
  return fault(testing::rule(R"({"all":[)" + condition + "]}"));
}

TEST(CheckRule, KeepsWhatWasGivenAndFillsTheRuleIdIn) {
  const auto document =
      json::parse(R"({ "triggers": ["t"], "when": {}, "action": {"type": "popup", "payload": {"n": 1.50}} })");
  EXPECT_EQ(check_rule(RuleId("save-cart"), document->root(), system_zones()),
            R"({"ruleId":"save-cart","triggers":["t"],"when":{},"action":{"type":"popup","payload":{"n":1.50}}})");
}

TEST(CheckRule, SaysOfASplitToWhomItGivesItsArms) {
  const auto saved = [](const std::string& split) {
    const auto document =
        json::parse(R"({"triggers":["t"],"when":{},"split":{)" + split + R"(},"action":{"type":"x"}})");
    const std::string text = *check_rule(RuleId("r"), document->root(), system_zones());
    const auto again = json::parse(text);
    EXPECT_EQ(check_rule(RuleId("r"), again->root(), system_zones()), text);
    return json::to_text(*again->root().find("split"));
  };
  EXPECT_EQ(saved(R"("holdout":5)"), R"({"holdout":5,"unit":"visitor","sticky":true})");
  EXPECT_EQ(saved(R"("unit":"session","holdout":5)"), R"({"unit":"session","holdout":5,"sticky":true})");
  EXPECT_EQ(saved(R"("sticky":false,"holdout":5)"), R"({"sticky":false,"holdout":5,"unit":"visitor"})");
}

TEST(CheckRule, HoldsWhoGetsAnArmToItsForm) {
  const auto split = [](const std::string& more) {
    return fault(R"({"triggers":["t"],"when":{},"split":{"arms":{"a":1},)" + more +
                 R"(},"actions":{"a":{"type":"x"}}})");
  };
  EXPECT_EQ(split(R"("unit":"visitor","sticky":false,"force":{"jon@x":"a","auth0|1":"a"})"), "none");
  EXPECT_EQ(split(R"("unit":"device","sticky":true)"), "none");
  EXPECT_EQ(split(R"("unit":"browser","sticky":1)"),
            "split.unit: must be \"visitor\", \"session\" or \"device\" / split.sticky: must be a boolean");
  EXPECT_EQ(split(R"("force":{"jon":"b","ann":7})"),
            "split.force.jon: must be an arm of split.arms / split.force.ann: must be an arm of split.arms");
  std::string many;
  for (int i = 0; i < 21; ++i) many += std::string(i ? "," : "") + "\"v" + std::to_string(i) + R"(":"a")";
  EXPECT_THAT(split(R"("force":{)" + many + "}"), HasSubstr("split.force: must be an object of 1 to 20 arms"));
  EXPECT_THAT(split(R"("force":{})"), HasSubstr("split.force: must be an object of 1 to 20 arms"));
  EXPECT_THAT(split(R"("force":{")" + std::string(257, 'v') + R"(":"a"})"), HasSubstr("a visitorId of 1 to 256 bytes"));
}

TEST(CheckRule, TakesEveryPartOfTheLanguageThatItCanEvaluate) {
  EXPECT_EQ(
      fault(
          R"({"ruleId":"r","name":"Save the cart","status":"paused","priority":80,"triggers":["exit_intent","checkout"],
    "when":{"all":[{"count":{"key":["cart","basket.*"],"value":"add*","source":["email","ad"],"minConfidence":0.6},"within":"30m","atLeast":1,"atMost":9},
                   {"absent":{"key":"purchase"},"after":{"key":"cart"},"for":"10m"},
                   {"context":"country","in":["US","GB"]},{"last":{"key":"view"},"atMost":"5m"},
                   {"distinct":{"key":"view"},"per":"session","equals":3,"scope":"session"}],
            "any":[{"context":"segment","notIn":["new"]}],"none":[{"seen":{"key":"support"},"within":"7d"}]},
    "action":{"type":"popup","payload":{"code":"SAVE10"}},"ttl":"5m"})"),
      "none");
}

TEST(CheckRule, NamesEveryFaultAtOnce) {
  const auto issues =
      issues_of(R"({"priority":"high","triggers":[],"when":{"all":[{"count":{"key":"cart"},"within":"soon"}]}})");
  std::vector<std::string> paths;
  for (const FieldIssue& issue : issues) paths.push_back(issue.field);
  EXPECT_THAT(paths, ElementsAre("priority", "triggers", "when.all[0].within", "when.all[0].atLeast", "action"));
}

TEST(CheckRule, RefusesATopThatIsNoObject) {
  const auto document = json::parse("[]");
  EXPECT_EQ(check_rule(RuleId("r"), document->root(), system_zones()).error().code, FaultCode::kInvalidPayload);
}

TEST(CheckRule, HoldsTheRuleIdToItsFormAndToThePath) {
  const std::string text = R"({"ruleId":"other","triggers":["t"],"when":{},"action":{"type":"x"}})";
  EXPECT_THAT(fault(text), HasSubstr("ruleId: must be \"r\", the id in the path"));
  EXPECT_THAT(issues_of(text, "Bad Id").front().issue, HasSubstr("1 to 64 characters from a-z"));
  for (const char* id : {"a", "0", "save-cart_2"}) EXPECT_TRUE(is_rule_id(id)) << id;
  for (const char* id : {"", "-a", "_a", "A", "a.b", "a b"}) EXPECT_FALSE(is_rule_id(id)) << id;
  EXPECT_FALSE(is_rule_id(std::string(65, 'a')));
}

TEST(CheckRule, RefusesTheNamesOfPathsNextToTheRules) {
  const std::string text = R"({"triggers":["t"],"when":{},"action":{"type":"x"}})";
  for (const char* id : {"preview", "rollback", "simulate", "simulations", "versions"}) {
    const auto issues = issues_of(text, id);
    ASSERT_EQ(issues.size(), 1U) << id;
    EXPECT_EQ(issues[0].field, "ruleId");
  }
  EXPECT_TRUE(check_rule(RuleId("version"), json::parse(text)->root(), system_zones()));
}

TEST(CheckRule, NamesTheNearestKnownMember) {
  EXPECT_EQ(fault(testing::rule("{}", R"("prioritty":1)")),
            "prioritty: is an unknown field; did you mean \"priority\"?");
  EXPECT_EQ(fault(testing::rule("{}", R"("zzzzz":1)")), "zzzzz: is an unknown field");
  EXPECT_EQ(fault(testing::rule(R"({"al":[]})")), "when.al: is an unknown field; did you mean \"all\"?");
  EXPECT_EQ(condition_fault(R"({"seen":{"key":"a"},"wihtin":"1m"})"),
            "when.all[0].wihtin: is an unknown field; did you mean \"within\"?");
  EXPECT_EQ(condition_fault(R"({"seen":{"kye":"a"}})"),
            "when.all[0].seen.kye: is an unknown field; did you mean \"key\"?");
  EXPECT_EQ(condition_fault(R"({"cuont":{"key":"a"},"atLeast":1})"),
            "when.all[0].cuont: is not a measure; did you mean \"count\"?");
  EXPECT_EQ(condition_fault(R"({"seen":{"key":"a","within":"1m"}})"),
            "when.all[0].seen.within: belongs one level up, next to the measure");
}

TEST(CheckRule, TakesTheNameOfAFieldOrAPathOfFourNames) {
  const auto field = [](const char* measure, const std::string& text) {
    return condition_fault("{\"" + std::string(measure) + R"(":{"key":"a","field":")" + text + R"("},"atLeast":1})");
  };
  for (const char* good : {"total", "order.total", "items[].price", "a.b[].c.d[]", "unit price"})
    EXPECT_EQ(field("sum", good), "none") << good;
  for (const char* measure : {"sum", "max", "distinct"})
    EXPECT_EQ(
        field(measure, "items[0].price"),
        "when.all[0]." + std::string(measure) +
            ".field: must be the name of a metadata field, or a path of at most 4 names such as \"order.total\" or "
            "\"items[].price\"");
  for (const char* bad : {"a.b.c.d.e", "a..b", ".a", "a.", "[]", "a[]b"}) EXPECT_NE(field("max", bad), "none") << bad;
  const std::string goal = R"("goal":{"key":"order","within":"1d","valueField":")";
  EXPECT_EQ(fault(testing::rule("{}", goal + R"(lines[].sum"})")), "none");
  EXPECT_THAT(fault(testing::rule("{}", goal + R"(lines[1].sum"})")),
              HasSubstr("goal.valueField: must be the name of"));
  EXPECT_EQ(fault(testing::rule("{}", goal + R"(sum","currencyField":"order.currency"})")), "none");
  EXPECT_THAT(fault(testing::rule("{}", goal + R"(sum","currencyField":"a..b"})")),
              HasSubstr("goal.currencyField: must be the name of"));
}

TEST(CheckRule, HoldsLimitsSplitsAndGoalsToTheirForm) {
  EXPECT_EQ(fault(testing::rule("{}", R"("limit":{})")), "limit.caps: is required unless cooldown or group is given");
  EXPECT_EQ(fault(testing::rule("{}", R"("limit":{"caps":[{"max":0,"per":"session"},{"per":"hour"}]})")),
            "limit.caps[0].max: must be an integer from 1 to 1000 / limit.caps[1].max: is required: an integer / "
            "limit.caps[1].per: must be \"session\", a duration such as \"7d\", or day, week, month or year");
  EXPECT_EQ(fault(testing::rule("{}", R"("goal":{"key":"a b"})")),
            "goal.key: must be a signal key such as \"purchase\" / goal.within: must be a duration such as \"30m\"");
  EXPECT_EQ(fault(testing::rule("{}", R"("goal":{"key":"order","within":"1d","currencyField":"currency"})")),
            "goal.currencyField: requires valueField, whose currency it names");
  const std::string goal = R"("goal":{"key":"order","within":"1d","count":)";
  for (const char* count : {R"("once"})", R"("each"})"}) EXPECT_EQ(fault(testing::rule("{}", goal + count)), "none");
  for (const char* count : {R"("all"})", "2}", "null}"})
    EXPECT_EQ(fault(testing::rule("{}", goal + count)), "goal.count: must be \"once\" or \"each\"");
  EXPECT_EQ(fault(R"({"triggers":["t"],"when":{},"split":{},"actions":{}})"),
            "split.arms: is required unless holdout is given / actions: requires split.arms; without arms, give action "
            "instead");
  EXPECT_EQ(
      fault(
          R"({"triggers":["t"],"when":{},"split":{"arms":{"a":1,"b":1},"holdout":0.005},"actions":{"a":{"type":"x"},"c":{"type":"x"}}})"),
      "split.holdout: must be a percentage from 0 to 100 with at most two decimals / actions.b: is required: the "
      "action for this arm / "
      "actions.c: is an unknown field; did you mean \"a\"?");
  EXPECT_EQ(fault(testing::rule("{}", R"("split":{"holdout":10})")), "none");
}

TEST(CheckRule, HoldsHoursToTheirForm) {
  EXPECT_EQ(fault(testing::rule("{}", R"("active":{"hours":"08:00-22:00","days":["mon"],"zone":"Europe/Berlin"})")),
            "none");
  EXPECT_THAT(fault(testing::rule("{}", R"("active":{"hours":"8-22"})")),
              HasSubstr("active.hours: must be a time range such as"));
  EXPECT_THAT(fault(testing::rule("{}", R"("active":{"hours":"08:00-24:01"})")), HasSubstr("active.hours"));
  EXPECT_THAT(fault(testing::rule("{}", R"("active":{"days":["mon","someday"]})")),
              HasSubstr("active.days[1]: must be one of mon"));
  EXPECT_THAT(fault(testing::rule("{}", R"("active":{"hours":"08:00-22:00","zone":"Europe/Nowhere"})")),
              HasSubstr("active.zone: must be a time zone"));
  EXPECT_THAT(fault(testing::rule("{}", R"("active":{"zone":"Europe/Berlin"})")),
              HasSubstr("active.zone: can only be used with hours or days"));
}

TEST(CheckRule, ADelayedRuleStandsAloneAndWaitsFromOneAbsence) {
  EXPECT_EQ(fault(R"({"triggers":["@due"],"when":{},"action":{"type":"x"}})"),
            "when.all: of a delayed rule must contain exactly one absent condition");
  EXPECT_THAT(
      fault(
          R"({"triggers":["@due","t"],"when":{"all":[{"absent":{"key":"b"},"after":{"key":"a"},"for":"1h"}]},"action":{"type":"x"}})"),
      HasSubstr("triggers[0]: cannot be combined with other triggers"));
}

TEST(CheckRule, HoldsStepsScoresAndScopesToTheirForm) {
  EXPECT_EQ(condition_fault(R"({"steps":{}})"), "when.all[0].steps: must be a list of 1 to 10 filters, in order");
  EXPECT_EQ(condition_fault(R"({"steps":[{"key":"a"},{"key":"b"}],"reached":3})"),
            "when.all[0].reached: must be an integer from 1 to 2");
  EXPECT_EQ(condition_fault(R"({"steps":[{"key":"a"}],"reached":1,"equals":1})"),
            "when.all[0].reached: cannot be combined with atLeast, atMost or equals");
  EXPECT_THAT(condition_fault(R"({"score":"intent","atLeast":1,"within":"1h"})"),
              HasSubstr("when.all[0].within: cannot be used with score"));
  EXPECT_EQ(condition_fault(R"({"seen":{"key":"a"},"scope":"visitor"})"), "none");
  EXPECT_EQ(condition_fault(R"({"seen":{"key":"a"},"scope":"all"})"),
            "when.all[0].scope: must be \"session\" or \"visitor\"");
  EXPECT_EQ(condition_fault(R"({"distinct":{"key":"a","field":"n"},"atLeast":1})"), "none");
  EXPECT_EQ(condition_fault(R"({"count":{"key":"a","field":"n"},"atLeast":1})"),
            "when.all[0].count.field: can only be used with sum, max and distinct");
}

TEST(CheckRule, KnowsOnlyDeclaredScores) {
  const Declared none;
  const auto rule = json::parse(testing::rule(R"({"any":[{"score":"intent","atLeast":1}]})"));
  const auto checked = check_rule(RuleId{"r"}, rule->root(), system_zones(), &none);
  ASSERT_FALSE(checked.has_value());
  EXPECT_EQ(checked.error().details.at(0).field, "when.any[0].score");
}

TEST(CheckRule, NeedsTheTimeZoneOfTheHandleWhereNoOtherIsNamedOrThatOfTheVisitorMayNotBeKnown) {
  const auto faults = [](const std::string& given, const Declared& declared) {
    const auto rule = json::parse(given);
    const auto checked = check_rule(RuleId{"r"}, rule->root(), system_zones(), &declared);
    std::string out;
    if (!checked)
      for (const FieldIssue& issue : checked.error().details) out += issue.field + " ";
    return out;
  };
  const auto within = [](const std::string& zone) {
    return testing::rule(R"({"none":[{"seen":{"key":"a"},"within":{"calendar":"day")" + zone + "}}]}");
  };
  const auto cap = [](const std::string& zone) {
    return testing::rule("{}", R"("limit":{"caps":[{"max":1,"per":"session"},{"max":2,"per":"week")" + zone + "}]}");
  };
  const Declared berlin{{}, "Europe/Berlin"};
  for (const std::string zone : {"", R"(,"zone":"visitor")"}) {
    EXPECT_EQ(faults(within(zone), {}), "when.none[0].within.zone ");
    EXPECT_EQ(faults(cap(zone), {}), "limit.caps[1].zone ");
    EXPECT_EQ(faults(within(zone), berlin) + faults(cap(zone), berlin), "");
    EXPECT_TRUE(needs_zone(RuleId{"r"}, json::parse(cap(zone))->root(), system_zones()));
  }
  const std::string named = R"(,"zone":"Asia/Kolkata")";
  EXPECT_EQ(faults(within(named), {}) + faults(cap(named), {}), "");
  EXPECT_FALSE(needs_zone(RuleId{"r"}, json::parse(within(named))->root(), system_zones()));
  EXPECT_EQ(faults(cap(R"(,"zone":"Mars/Base")"), berlin), "limit.caps[1].zone ");
  EXPECT_EQ(faults(testing::rule("{}", R"("limit":{"caps":[{"max":1,"per":"7d","zone":"UTC"}]})"), berlin),
            "limit.caps[0].zone ");
}

TEST(CheckRule, KnowsWhatDecisionsCanBe) {
  EXPECT_EQ(condition_fault(R"({"decision":{"rule":"welcome"},"within":"30d","atMost":0})"), "none");
  EXPECT_EQ(condition_fault(R"({"decision":{"rule":"welcome","outcome":["act","holdout"]},"atLeast":1})"), "none");
  EXPECT_EQ(condition_fault(R"({"decision":{"rule":"welcome","reaction":"clicked","outcome":"act"},"equals":1})"),
            "none");
  EXPECT_EQ(condition_fault(R"({"decision":{"rule":"No such"},"atLeast":1})"),
            "when.all[0].decision.rule: must be the ruleId of a rule");
  EXPECT_EQ(condition_fault(R"({"decision":{"rule":"a","outcome":["suppressed"]},"atLeast":1})"),
            "when.all[0].decision.outcome: must be \"act\" or \"holdout\", or a list of them");
  EXPECT_EQ(condition_fault(R"({"decision":{"rule":"a","outcome":"holdout","reaction":"shown"},"atLeast":1})"),
            "when.all[0].decision.outcome: can only be \"act\" where a reaction is given");
  EXPECT_EQ(condition_fault(R"({"decision":{"rule":"a","reaction":"opened"},"atLeast":1})"),
            "when.all[0].decision.reaction: must be shown, clicked, dismissed or converted");
  EXPECT_EQ(condition_fault(R"({"decision":{"rule":"a","within":"1d"},"atLeast":1})"),
            "when.all[0].decision.within: belongs one level up, next to decision");
  EXPECT_THAT(condition_fault(R"({"decision":{"rule":"a"},"since":{"key":"a"},"atLeast":1})"),
              HasSubstr("when.all[0].since"));
  EXPECT_THAT(condition_fault(R"({"decision":"a","atLeast":1})"), HasSubstr("when.all[0].decision: must be an object"));
}

TEST(CheckRule, CountsTheCharactersOfANameAndNotItsBytes) {
  const auto named = [](std::size_t letters) {
    std::string name;
    for (std::size_t i = 0; i < letters; ++i) name += "ä";
    return issues_of(testing::rule("{}", "\"name\":\"" + name + "\""));
  };
  EXPECT_THAT(named(200), IsEmpty());
  EXPECT_EQ(named(201).size(), 1u);
}

TEST(CheckRule, HoldsEachMemberOfTheTopToItsForm) {
  EXPECT_EQ(fault(testing::rule("{}", R"("name":7)")), "name: must be a string of 1 to 200 characters");
  EXPECT_EQ(fault(testing::rule("{}", R"("status":"on")")), "status: must be draft, shadow, live or paused");
  EXPECT_EQ(fault(testing::rule("{}", R"("priority":1.5)")), "priority: must be an integer from -1000000 to 1000000");
  EXPECT_EQ(fault(testing::rule("{}", R"("ttl":30)")), "ttl: must be a duration such as \"30m\"");
  EXPECT_EQ(fault(testing::rule("{}", R"("active":{"from":"soon","until":null})")),
            "active.from: must be an instant such as \"2026-10-01T00:00:00Z\", or null");
  EXPECT_EQ(fault(testing::rule("{}", R"("active":{"from":"2026-10-02T00:00:00Z","until":"2026-10-02T00:00:00Z"})")),
            "active.until: must be later than from");
  EXPECT_EQ(fault(testing::rule("[]")), "when: must be an object with all, any or none; {} always matches");
  EXPECT_EQ(fault(testing::rule(R"({"any":{}})")), "when.any: must be a list of conditions");
  EXPECT_EQ(fault(R"({"triggers":"t","when":{},"action":{"type":"x"}})"),
            "triggers: must be a list of 1 to 20 triggers");
  EXPECT_EQ(fault(R"({"triggers":["t","Up","t"],"when":{},"action":{"type":"x"}})"),
            "triggers[1]: must be a trigger such as \"checkout\": lower-case letters, digits and _ . : - / "
            "triggers[2]: is listed twice");
  EXPECT_THAT(fault(R"({"triggers":["t"],"when":{},"action":"x"})"), HasSubstr("action: must be an object"));
  EXPECT_EQ(fault(R"({"triggers":["t"],"when":{},"action":{"type":"","payload":[],"more":1}})"),
            "action.type: must be a string of 1 to 64 characters / action.payload: must be an object / "
            "action.more: is an unknown field");
  EXPECT_THAT(fault("{}"), HasSubstr("triggers: is required"));
  EXPECT_THAT(fault("{}"), HasSubstr("when: is required"));
  EXPECT_THAT(fault("{}"), HasSubstr("action: is required"));
}

TEST(CheckRule, HoldsEachConditionToItsForm) {
  EXPECT_THAT(condition_fault("7"), HasSubstr("when.all[0]: must be a condition"));
  EXPECT_THAT(condition_fault("{}"), HasSubstr("when.all[0]: must name one measure"));
  EXPECT_EQ(condition_fault(R"({"seen":{"key":"a"},"count":{"key":"a"}})"),
            "when.all[0].count: is a second measure next to seen; put it in a separate condition");
  EXPECT_THAT(condition_fault(R"({"seen":"a"})"), HasSubstr("when.all[0].seen: must be a filter"));
  EXPECT_THAT(condition_fault(R"({"seen":{"key":"a b"}})"), HasSubstr("when.all[0].seen.key: must be a signal key"));
  EXPECT_THAT(condition_fault(R"({"seen":{"key":"cart*"}})"), HasSubstr("when.all[0].seen.key: must be a signal key"));
  EXPECT_THAT(condition_fault(R"({"seen":{"key":["a",{}]}})"), HasSubstr("when.all[0].seen.key[1]: must be a string"));
  EXPECT_EQ(condition_fault(R"({"seen":{"key":[]}})"), "when.all[0].seen.key: must have 1 to 100 entries");
  EXPECT_EQ(condition_fault(R"({"seen":{"minConfidence":1.1}})"),
            "when.all[0].seen.minConfidence: must be a number from 0 to 1");
  EXPECT_EQ(condition_fault(R"({"seen":{},"per":"visit"})"), "when.all[0].per: must be \"session\"");
  EXPECT_EQ(condition_fault(R"({"seen":{},"per":"session","within":"1m"})"),
            "when.all[0].per: cannot be combined with within; give one of the two");
  EXPECT_EQ(condition_fault(R"({"seen":{},"atLeast":2})"),
            "when.all[0].atLeast: cannot be used with seen, which is true or false; use count");
  EXPECT_EQ(condition_fault(R"({"count":{}})"),
            "when.all[0].atLeast: is required unless atMost or equals is given: an integer");
  EXPECT_EQ(condition_fault(R"({"count":{},"equals":1,"atMost":2})"),
            "when.all[0].equals: cannot be combined with atLeast or atMost");
  EXPECT_EQ(condition_fault(R"({"count":{},"atLeast":-1})"),
            "when.all[0].atLeast: must be an integer from 0 to 1000000");
  EXPECT_EQ(condition_fault(R"({"sum":{"key":"a"},"atLeast":1})"),
            "when.all[0].sum.field: must be a string of 1 to 64 characters");
  EXPECT_EQ(condition_fault(R"({"max":{"field":"n"}})"),
            "when.all[0].atLeast: is required unless atMost or equals is given: a number");
  EXPECT_EQ(condition_fault(R"({"max":{"field":"n"},"atLeast":"9"})"),
            "when.all[0].atLeast: must be a number below 1 trillion");
  EXPECT_EQ(condition_fault(R"({"last":{},"atMost":5})"), "when.all[0].atMost: must be a duration such as \"30m\"");
  EXPECT_THAT(condition_fault(R"({"last":{}})"),
              HasSubstr("when.all[0].atMost: is required unless atLeast is given: a duration"));
  EXPECT_THAT(condition_fault(R"({"absent":{"key":"a"}})"), HasSubstr("when.all[0].after: is required"));
  EXPECT_THAT(condition_fault(R"({"absent":{"key":"a"}})"), HasSubstr("when.all[0].for: must be a duration"));
  EXPECT_THAT(condition_fault(R"({"absent":{"key":"a"},"after":{},"for":"1m","within":"1h"})"),
              HasSubstr("when.all[0].within: cannot be used with absent"));
  EXPECT_EQ(condition_fault(R"({"context":"country"})"),
            "when.all[0].in: is required unless another comparison is given, such as equals");
  EXPECT_EQ(condition_fault(R"({"context":"country","in":"US"})"), "when.all[0].in: must be a list of strings");
  EXPECT_EQ(condition_fault(R"({"context":"country","in":["US"],"notIn":["GB"]})"),
            "when.all[0].notIn: cannot be combined with in; give one of the two");
  EXPECT_THAT(condition_fault(R"({"context":7,"in":["US"]})"), HasSubstr("when.all[0].context: must be a string"));
}

std::string repeated(const std::string& item, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += (i > 0 ? "," : "") + item;
  return out;
}

TEST(CheckRule, KeepsToItsLimits) {
  const std::string condition = R"({"seen":{"key":"a"}})";
  EXPECT_EQ(fault(testing::rule(R"({"all":[)" + repeated(condition, 50) + "]}")), "none");
  EXPECT_EQ(
      fault(testing::rule(R"({"all":[)" + repeated(condition, 30) + R"(],"none":[)" + repeated(condition, 21) + "]}")),
      "when: must have at most 50 conditions");
  EXPECT_EQ(condition_fault(R"({"context":"c","in":[)" + repeated("\"x\"", 100) + "]}"), "none");
  EXPECT_EQ(condition_fault(R"({"context":"c","in":[)" + repeated("\"x\"", 101) + "]}"),
            "when.all[0].in: must have 1 to 100 entries");
  const auto payload = [](std::size_t size) {
    return R"({"triggers":["t"],"when":{},"action":{"type":"x","payload":{"p":")" + std::string(size - 8, 'x') +
           "\"}}}";
  };
  EXPECT_EQ(fault(payload(8192)), "none");
  EXPECT_EQ(fault(payload(8193)), "action.payload: must be at most 8 KiB as JSON");
  EXPECT_EQ(condition_fault(R"({"context":"c","in":[)" + repeated("\"" + std::string(200, 'x') + "\"", 90) + "]}"),
            "rule: must be at most 16 KiB as JSON");
}

TEST(Compile, NamesTheRuleThatIsDamaged) {
  const StoredRules stored{.version = 3,
                           .rules = {{.id = RuleId("bad"), .json = "{"}, {.id = RuleId("odd"), .json = "{}"}}};
  const auto set = RuleSet::compile(stored, system_zones());
  ASSERT_FALSE(set.has_value());
  EXPECT_EQ(set.error().details.front().field, "bad: json");
  EXPECT_EQ(set.error().details.back().field, "odd: action");
}

TEST(CheckRule, RefusesGroupsThatCannotBe) {
  const std::string a = R"({"seen":{"key":"a"}})";
  EXPECT_EQ(condition_fault(R"({"any":[{"all":[{"none":[)" + a + "]}]}]}"), "none");
  EXPECT_EQ(condition_fault(R"({"any":[{"all":[{"none":[{"any":[)" + a + "]}]}]}]}"),
            "when.all[0].any[0].all[0].none[0]: must be a condition: groups can be at most 4 deep");
  EXPECT_EQ(condition_fault(R"({"any":[]})"), "when.all[0].any: must have at least one condition");
  EXPECT_EQ(condition_fault(R"({"all":[)" + a + R"(],"none":[)" + a + "]}"),
            "when.all[0]: must be one group: all, any or none; put each in a group of its own");
  EXPECT_THAT(condition_fault(R"({"all":[)" + a + R"(],"within":"1h"})"),
              HasSubstr("when.all[0].within: is an unknown field"));
  EXPECT_THAT(condition_fault(R"({"any":[{"all":[{"seen":{"kye":"a"}}]}]})"),
              HasSubstr("when.all[0].any[0].all[0].seen.kye"));
}

}  // namespace
}  // namespace beckon::rules
