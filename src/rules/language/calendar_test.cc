#include "rules/language/calendar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/language/check_rule.h"
#include "rules/reference/testing.h"
#include "system/zones.h"

namespace beckon::rules {
namespace {

using ::testing::HasSubstr;
using testing::rule;
using testing::rule_set;
using testing::window;

Instant instant(const char* text) { return *parse_rfc3339(text); }

// "from until" of the unit that contains the instant.
std::string unit(Calendar calendar, const char* zone, const char* at) {
  const auto [begin, end] = calendar_unit(calendar, *system_zones().find(zone), instant(at));
  return to_rfc3339(begin) + " " + to_rfc3339(end);
}

TEST(Calendar, BeginsAtTheMidnightsOfItsZone) {
  EXPECT_EQ(unit(Calendar::kDay, "Europe/Berlin", "2026-02-25T12:00:00Z"), "2026-02-24T23:00:00Z 2026-02-25T23:00:00Z");
  EXPECT_EQ(unit(Calendar::kDay, "Europe/Berlin", "2026-02-25T23:00:00Z"), "2026-02-25T23:00:00Z 2026-02-26T23:00:00Z");
  EXPECT_EQ(unit(Calendar::kDay, "Asia/Kolkata", "2026-02-25T18:29:59.999Z"),
            "2026-02-24T18:30:00Z 2026-02-25T18:30:00Z");
  EXPECT_EQ(unit(Calendar::kWeek, "UTC", "2026-03-01T23:59:59Z"), "2026-02-23T00:00:00Z 2026-03-02T00:00:00Z");
  EXPECT_EQ(unit(Calendar::kWeek, "UTC", "2026-03-02T00:00:00Z"), "2026-03-02T00:00:00Z 2026-03-09T00:00:00Z");
  EXPECT_EQ(unit(Calendar::kMonth, "UTC", "2024-02-29T12:00:00Z"), "2024-02-01T00:00:00Z 2024-03-01T00:00:00Z");
  EXPECT_EQ(unit(Calendar::kYear, "America/New_York", "2026-01-01T04:59:59Z"),
            "2025-01-01T05:00:00Z 2026-01-01T05:00:00Z");
}

TEST(Calendar, HasDaysOf23And25HoursWhereTheClockIsSet) {
  EXPECT_EQ(unit(Calendar::kDay, "Europe/Berlin", "2026-03-29T12:00:00Z"), "2026-03-28T23:00:00Z 2026-03-29T22:00:00Z");
  EXPECT_EQ(unit(Calendar::kDay, "Europe/Berlin", "2026-10-25T00:30:00Z"), "2026-10-24T22:00:00Z 2026-10-25T23:00:00Z");
  EXPECT_EQ(unit(Calendar::kMonth, "Europe/Berlin", "2026-10-31T00:00:00Z"),
            "2026-09-30T22:00:00Z 2026-10-31T23:00:00Z");
}

// In Beirut, the clock jumps from 00:00 to 01:00.
TEST(Calendar, BeginsADayWhoseMidnightIsSkippedAtTheEndOfTheGap) {
  EXPECT_EQ(unit(Calendar::kDay, "Asia/Beirut", "2026-03-29T12:00:00Z"), "2026-03-28T22:00:00Z 2026-03-29T21:00:00Z");
  EXPECT_EQ(unit(Calendar::kDay, "Asia/Beirut", "2026-03-28T21:59:59Z"), "2026-03-27T22:00:00Z 2026-03-28T22:00:00Z");
}

// Samoa had no 30 December 2011.
TEST(Calendar, LeavesOutADayThatAZoneDoes) {
  EXPECT_EQ(unit(Calendar::kDay, "Pacific/Apia", "2011-12-30T09:59:59Z"), "2011-12-29T10:00:00Z 2011-12-30T10:00:00Z");
  EXPECT_EQ(unit(Calendar::kDay, "Pacific/Apia", "2011-12-30T10:00:00Z"), "2011-12-30T10:00:00Z 2011-12-31T10:00:00Z");
}

TEST(Calendar, HoldsADecisionUntilTheNextBegins) {
  const RuleSet set = rule_set(
      {rule(R"({"all":[{"count":{"key":"a"},"within":{"calendar":"day","zone":"Europe/Berlin"},"atLeast":1}]})",
            R"("ttl":"10d")")});
  const ledger::Window given = window({{"a", std::chrono::hours{2}}});
  EXPECT_EQ(judge(set, given).expires_at, instant("2026-02-25T23:00:00Z"));
  EXPECT_EQ(judge(set, given, {}, instant("2026-02-25T22:59:59.999Z")).outcome, Outcome::kAct);
  EXPECT_EQ(judge(set, given, {}, instant("2026-02-25T23:00:00Z")).outcome, Outcome::kNone);
}

TEST(Calendar, NamesWhatIsWrongWithIt) {
  const auto fault = [](const std::string& within) {
    const auto document = json::parse(rule(R"({"all":[{"seen":{"key":"a"},"within":)" + within + "}]}"));
    const auto checked = check_rule(RuleId("r"), document->root(), system_zones());
    std::string out;
    for (const FieldIssue& one : checked ? std::vector<FieldIssue>{} : checked.error().details)
      out += one.field + " " + one.issue + "\n";
    return out;
  };
  EXPECT_EQ(fault(R"({"calendar":"day","zone":"Europe/Berlin"})"), "");
  EXPECT_EQ(fault(R"({"calendar":"decade"})"), "when.all[0].within.calendar must be day, week, month or year\n");
  EXPECT_THAT(fault(R"({"calendar":"day","zone":"Berlin"})"), HasSubstr("must be a time zone such as"));
}

}  // namespace
}  // namespace beckon::rules
