#include "neighbours/message.h"

#include <gtest/gtest.h>

#include "base/id.h"
#include "neighbours/metadata.h"
#include "neighbours/parse.h"

namespace beckon::neighbours {
namespace {

using namespace std::chrono_literals;

const Instant kNow = *parse_rfc3339("2026-11-29T12:00:00Z");

TEST(SignalKey, KeepsWhatAKeyMayHave) { EXPECT_EQ(signal_key("decision.shown:a-b_c"), "decision.shown:a-b_c"); }

TEST(SignalKey, PutsOneLineForARunOfOthers) {
  EXPECT_EQ(signal_key("Order Completed"), "Order_Completed");
  EXPECT_EQ(signal_key("Order \xE2\x86\x92 done!"), "Order_done_");
}

TEST(SignalKey, BeginsWithALetterOrDigitAndHasAtMost64Characters) {
  EXPECT_EQ(signal_key("$pageview"), "pageview");
  EXPECT_EQ(signal_key("_-. 2x"), "2x");
  EXPECT_EQ(signal_key(std::string(100, 'a')), std::string(64, 'a'));
}

TEST(SignalKey, OfANameInAnotherScriptIsOfItsOwn) {
  const std::string one = signal_key("\xE8\xB3\xBC\xE5\x85\xA5"), other = signal_key("\xE5\x85\xA5");
  EXPECT_TRUE(is_signal_key(one) && is_signal_key(other));
  EXPECT_NE(one, other);
  EXPECT_EQ(one.size(), 17u);
  EXPECT_EQ(signal_key(""), "");
}

TEST(SessionId, IsHashedWhereThePatternRefusesIt) {
  EXPECT_EQ(session_id("sg", "a-1"), "sg:a-1");
  EXPECT_EQ(session_id("sg", "jon@company.example").size(), 3u + 1 + 43);
  EXPECT_TRUE(session_id("sg", "jon@company.example").starts_with("sg:h"));
  EXPECT_TRUE(is_session_id(session_id("sg", std::string(126, 'x'))));
}

TEST(InstantOf, TakesWhatWasSaidWhileTheClockIsRight) {
  EXPECT_EQ(instant_of(kNow - 5min, kNow - 59s, kNow), kNow - 5min);
  EXPECT_EQ(instant_of(kNow - 5min, std::nullopt, kNow), kNow - 5min);
  EXPECT_EQ(instant_of(std::nullopt, kNow - 1h, kNow), kNow);
}

TEST(InstantOf, MovesWhatAWrongClockSays) {
  EXPECT_EQ(instant_of(kNow - 1h - 5min, kNow - 1h, kNow), kNow - 5min);
  EXPECT_EQ(instant_of(kNow + 1h - 5min, kNow + 1h, kNow), kNow - 5min);
}

TEST(InstantOf, IsNeverAhead) {
  EXPECT_EQ(instant_of(kNow + 1min, kNow, kNow), kNow);
  EXPECT_EQ(instant_of(kNow + 30h, kNow + 29h, kNow), kNow);
}

std::string metadata_of(std::string text) {
  const auto document = json::parse(std::move(text));
  Metadata metadata;
  metadata.add_all(&document->root());
  return std::move(metadata).take();
}

TEST(Metadata, PutsScalarsFirstAndLeavesNullOut) {
  EXPECT_EQ(metadata_of(R"({"a":{"b":1},"c":[1],"d":2,"e":"x","f":null})"), R"({"d":2,"e":"x","a":{"b":1},"c":[1]})");
  EXPECT_EQ(metadata_of("{}"), "");
}

TEST(Metadata, LeavesOutWhatIsTooDeepAndSaysSo) {
  EXPECT_EQ(metadata_of(R"({"a":{"b":{"c":{}}},"d":1})"), R"({"d":1,"a":{"b":{"c":{}}}})");
  EXPECT_EQ(metadata_of(R"({"a":{"b":{"c":{"e":1,"f":[]}}},"d":1})"), R"({"d":1,"_cut":true})");
}

TEST(Metadata, KeepsAsManyElementsOfAListAsFit) {
  std::string list;
  for (int i = 0; i < 100; ++i) list += (i ? "," : "") + std::string(R"({"sku":"a-long-one","price":12.5})");
  const std::string made = metadata_of(R"({"total":9,"products":[)" + list + "]}");
  EXPECT_LE(made.size(), 2048u);
  const auto read = json::parse(made);
  ASSERT_TRUE(read) << made;
  EXPECT_GT(read->root().find("products")->items().size(), 50u);
  EXPECT_TRUE(read->root().find("_cut")->boolean());
}

TEST(Metadata, IsNeverLargerThanASignalMayHave) {
  for (std::size_t size = 1900; size < 2100; ++size) {
    const std::string made =
        metadata_of(R"({"a":")" + std::string(size, 'x') + R"(","b":[")" + std::string(size, 'x') + "\"]}");
    EXPECT_LE(made.size(), 2048u);
    EXPECT_TRUE(json::parse(made)) << made;
  }
}

TEST(Metadata, OfTwoMembersWithOneNameTheFirstCounts) {
  const auto document = json::parse(R"({"event":"theirs","_cut":1})");
  Metadata metadata;
  metadata.add("event", "ours");
  metadata.add_all(&document->root());
  EXPECT_EQ(std::move(metadata).take(), R"({"event":"ours"})");
}

TEST(ParseJson, MendsHalfOfASurrogatePair) {
  const auto text = [](std::string from) { return std::string(parse_json(std::move(from))->root().items()[0].text()); };
  EXPECT_EQ(text(R"(["a\ud83d"])"), "a\xEF\xBF\xBD");
  EXPECT_EQ(text(R"(["\ude00b"])"),
            "\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(text(R"(["\uD83D\ude00"])"), "\xF0\x9F\x98\x80");
  EXPECT_EQ(text(R"(["\\ud83d"])"), "\\ud83d");
  EXPECT_FALSE(parse_json(R"(["\u12"])"));
}

TEST(SessionOfVisitor, IsOneThatNoBrowserIdAndNoPageCanName) {
  for (const bool with_role : {true, false})
    for (const std::string visitor : {"max-1", "max@shop.example"}) {
      const std::string session = session_of_visitor("sg", visitor, with_role);
      EXPECT_TRUE(decision::is_of_visitor_alone(session)) << session;
      EXPECT_TRUE(decision::is_of_visitor_alone(session_of_other("sg", session, "other"))) << session;
      EXPECT_NE(session, session_of_visitor("sg", visitor, !with_role));
    }
  EXPECT_FALSE(decision::is_of_visitor_alone(session_id("sg", "u:max-1")));
  EXPECT_FALSE(decision::is_of_visitor_alone(session_id("sg", "w:max-1")));
}

TEST(ParseJson, WhatIsNestedTooDeeplyBecomesNullAndTheRestStays) {
  const std::string deep = std::string(40, '[') + R"("]}\"")" + std::string(40, ']');
  const auto parsed = parse_json(R"({"a":1,"deep":)" + deep + R"(,"b":{"c":[2]}})");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(json::depth(parsed->root()), 23u);
  EXPECT_EQ(json::to_text(*parsed->root().find("b")), R"({"c":[2]})");
  EXPECT_FALSE(parse_json(R"({"a":)" + std::string(40, '[')));
}

TEST(WithoutQuery, LeavesOutWhatMayBeSecret) {
  EXPECT_EQ(without_query("/reset?token=1"), "/reset");
  EXPECT_EQ(without_query("/a#b"), "/a");
  EXPECT_EQ(without_query("/a"), "/a");
}

}  // namespace
}  // namespace beckon::neighbours
