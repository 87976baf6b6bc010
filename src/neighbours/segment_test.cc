#include "neighbours/segment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace beckon::neighbours {
namespace {

using testing::ElementsAre;
using testing::Pair;

Batch one(const std::string& message) {
  auto batch = read_segment(*json::parse(R"({"batch":[)" + message + "]}"), {});
  EXPECT_TRUE(batch && batch->messages.size() == 1);
  return std::move(*batch);
}

std::string issues_of(const std::string& message) {
  std::string all;
  const Batch batch = one(message);
  for (const FieldIssue& issue : batch.messages[0]->issues.items()) all += issue.field + " ";
  return all;
}

TEST(Segment, ATrackIsASignalOfItsName) {
  const Batch batch = one(
      R"({"type":"track","event":"Order Completed","userId":"u1","anonymousId":"a1","messageId":"m1",
          "properties":{"total":9.5},"context":{"library":{"name":"analytics.js"}}})");
  const Message& message = *batch.messages[0];
  EXPECT_TRUE(message.issues.empty());
  EXPECT_EQ(message.signal.key, "Order_Completed");
  EXPECT_FALSE(message.signal.has_value);
  EXPECT_EQ(message.signal.metadata, R"({"event":"Order Completed","total":9.5})");
  EXPECT_EQ(message.signal.source, "analytics.js");
  EXPECT_EQ(message.signal.id, "m1");
  EXPECT_EQ(message.session, "sg:a1");
  EXPECT_EQ(message.visitor, "u1");
  EXPECT_EQ(message.anonymous, "a1");
}

TEST(Segment, WhatAPageSaysOfADecisionHasItsIdAsValue) {
  const Batch batch =
      one(R"({"type":"track","event":"decision.shown","userId":"u","properties":{"decisionId":"dec_1"}})");
  EXPECT_EQ(batch.messages[0]->signal.value, "dec_1");
}

TEST(Segment, APageHasItsPathAsValue) {
  const auto value = [](const std::string& rest) {
    const Batch batch = one(R"({"type":"page","userId":"u")" + rest + "}");
    EXPECT_EQ(batch.messages[0]->signal.key, "view");
    return std::string(batch.messages[0]->signal.value);
  };
  EXPECT_EQ(value(R"(,"name":"Home","properties":{"path":"/a"},"context":{"page":{"path":"/b"}})"), "/a");
  EXPECT_EQ(value(R"(,"name":"Home","context":{"page":{"path":"/b"}})"), "/b");
  EXPECT_EQ(value(R"(,"name":"Home")"), "Home");
  EXPECT_EQ(value(""), "");
}

TEST(Segment, WhatIsSaidOfAPageHasNoQuery) {
  const Batch batch =
      one(R"({"type":"page","userId":"u","properties":{"search":"?t=1","url":"https://a.example/b?t=1#c",
      "referrer":"https://ada:s3cret@b.example/c@d","title":"What? #1","path":"/b?token=1"}})");
  EXPECT_EQ(batch.messages[0]->metadata,
            R"({"url":"https://a.example/b","referrer":"https://b.example/c@d","path":"/b","title":"What? #1"})");
}

TEST(Segment, TheContextIsOurs) {
  const Batch batch = one(R"({"type":"page","userId":"u","context":{"ip":"10.0.0.1","userAgent":"x","locale":"de-DE",
      "page":{"path":"/a","search":"?token=1"},"campaign":{"source":"mail","medium":"email","name":"spring"},
      "userAgentData":{"mobile":true}}})");
  EXPECT_THAT(batch.messages[0]->context,
              ElementsAre(Pair("campaign", "spring"), Pair("device", "MOBILE"), Pair("locale", "de-DE"),
                          Pair("medium", "email"), Pair("page", "/a"), Pair("source", "mail")));
}

TEST(Segment, AnIdentifySaysTraitsAndRudderStackHasThemInTheContext) {
  for (const std::string& text :
       {std::string(R"("traits":{"plan":"pro"})"), std::string(R"("traits":{},"context":{"traits":{"plan":"pro"}})")}) {
    const Batch batch = one(R"({"type":"identify","userId":"u",)" + text + "}");
    ASSERT_EQ(batch.messages[0]->traits.changes.size(), 1u);
    EXPECT_EQ(batch.messages[0]->traits.changes[0].name, "plan");
    EXPECT_EQ(batch.messages[0]->signal.key, "identify");
    EXPECT_EQ(batch.messages[0]->signal.metadata, "");
  }
}

TEST(Segment, GroupAndAliasAreSignalsAlone) {
  const Batch group = one(R"({"type":"group","userId":"u","groupId":"g1","traits":{"size":5}})");
  EXPECT_EQ(group.messages[0]->signal.value, "g1");
  EXPECT_EQ(group.messages[0]->signal.metadata, R"({"size":5})");
  EXPECT_TRUE(group.messages[0]->traits.empty());
  const Batch alias = one(R"({"type":"alias","userId":"u","previousId":"a"})");
  EXPECT_EQ(alias.messages[0]->signal.key, "alias");
  EXPECT_EQ(alias.messages[0]->signal.metadata, R"({"previousId":"a"})");
}

TEST(Segment, ASessionOfRudderStackIsOfItsVisitor) {
  const Batch browser = one(
      R"({"type":"page","anonymousId":"a1","userId":"","originalTimestamp":"2026-11-29T12:00:00.5Z","context":{"sessionId":17}})");
  EXPECT_EQ(browser.messages[0]->session, "rs:a1.17");
  EXPECT_EQ(browser.messages[0]->visitor, "");
  EXPECT_EQ(browser.messages[0]->said, parse_rfc3339("2026-11-29T12:00:00.5Z"));
  const Batch server = one(R"({"type":"page","anonymousId":"a@1","originalTimestamp":"2026-11-29T12:00:00Z"})");
  EXPECT_TRUE(server.messages[0]->session.starts_with("rs:h"));
}

TEST(Segment, AnIdMayBeANumberAndIsMadeShorterWhereItIsTooLong) {
  const Batch batch = one(R"({"type":"page","userId":17,"messageId":")" + std::string(65, 'm') + "\"}");
  EXPECT_EQ(batch.messages[0]->visitor, "17");
  EXPECT_EQ(batch.messages[0]->signal.id.size(), 44u);
  EXPECT_EQ(batch.messages[0]->id, std::string(65, 'm'));
}

TEST(Segment, EachFaultOfAMessageIsNamed) {
  EXPECT_EQ(issues_of("1"), "message ");
  EXPECT_EQ(issues_of(R"({"type":"trak","userId":"u"})"), "type ");
  EXPECT_EQ(issues_of(R"({"type":"track","userId":"u","event":""})"), "event ");
  EXPECT_EQ(issues_of(R"({"type":"track","userId":{},"anonymousId":"a\u0007","event":7,"timestamp":"noon"})"),
            "userId anonymousId timestamp event ");
  EXPECT_EQ(issues_of(R"({"type":"group","userId":"u"})"), "groupId ");
}

TEST(Segment, ABodyWithoutABatchIsRefusedAndAPathMaySayTheCall) {
  EXPECT_FALSE(read_segment(*json::parse("{}"), {}));
  EXPECT_FALSE(read_segment(*json::parse("[]"), {}));
  EXPECT_FALSE(read_segment(*json::parse("[]"), "page"));
  const auto page = read_segment(*json::parse(R"({"userId":"u","sentAt":1})"), segment_call("p"));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->messages[0]->signal.key, "view");
  EXPECT_TRUE(page->messages[0]->sent);
  EXPECT_EQ(segment_call("x"), "");
}

TEST(Segment, ConsentIsSaidByCategory) {
  const Batch batch =
      one(R"({"type":"page","userId":"u","context":{"consent":{"categoryPreferences":{"Ads":false,"All":true}}}})");
  EXPECT_THAT(batch.messages[0]->consents, ElementsAre(Pair("Ads", false), Pair("All", true)));
}

}  // namespace
}  // namespace beckon::neighbours
