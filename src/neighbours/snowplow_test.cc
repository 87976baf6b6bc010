#include "neighbours/snowplow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "system/encoding.h"

namespace beckon::neighbours {
namespace {

using testing::ElementsAre;
using testing::Pair;

Batch tracked(const std::string& events) {
  auto batch = read_snowplow(*json::parse(R"({"schema":"iglu:…","data":[)" + events + "]}"));
  EXPECT_TRUE(batch);
  return std::move(*batch);
}

const std::string kOrder =
    R"({"schema":"iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0",)"
    R"("data":{"schema":"iglu:com.acme/order_paid/jsonschema/1-0-0","data":{"total":5,"items":[{"a":1}]}}})";

TEST(Snowplow, APageViewHasThePathAsValue) {
  const Batch batch = tracked(
      R"({"e":"pv","aid":"demo","eid":"e1","url":"https://a.example/c/d?x=1#y","page":"T","duid":"b1","sid":"s1","uid":"u1",
          "dtm":"1795979449240","stm":"1795979449254","tv":"js-4.10.1","lang":"de"})");
  const Message& message = *batch.messages[0];
  EXPECT_TRUE(message.issues.empty());
  EXPECT_EQ(message.signal.key, "view");
  EXPECT_EQ(message.signal.value, "/c/d");
  EXPECT_EQ(message.signal.metadata, R"({"name":"T"})");
  EXPECT_EQ(message.signal.id, "e1");
  EXPECT_EQ(message.signal.source, "js-4.10.1");
  EXPECT_EQ(message.session, "sp:s1");
  EXPECT_EQ(message.visitor, "u1");
  EXPECT_EQ(message.anonymous, "b1");
  EXPECT_EQ(to_ms(*message.said), 1'795'979'449'240);
  EXPECT_EQ(to_ms(*message.sent), 1'795'979'449'254);
  EXPECT_THAT(message.context, ElementsAre(Pair("locale", "de"), Pair("page", "/c/d")));
}

TEST(Snowplow, AStructuredEventIsNamedByCategoryAndAction) {
  const Batch batch = tracked(
      R"({"e":"se","aid":"d","uid":"u","se_ca":"shop","se_ac":"add now","se_la":"l","se_pr":"p","se_va":"3.5"})");
  EXPECT_EQ(batch.messages[0]->signal.key, "shop.add_now");
  EXPECT_EQ(batch.messages[0]->signal.value, "l");
  EXPECT_EQ(batch.messages[0]->signal.metadata, R"({"event":"shop.add now","property":"p","value":3.5})");
}

TEST(Snowplow, ASelfDescribingEventComesPlainOrInBase64) {
  const std::string plain = R"({"e":"ue","aid":"d","uid":"u","ue_pr":)" + json::quote(kOrder) + "}";
  const std::string encoded = R"({"e":"ue","aid":"d","uid":"u","ue_px":")" + to_base64url(kOrder) + "\"}";
  const Batch batch = tracked(plain + "," + encoded);
  for (const auto& message : batch.messages) {
    EXPECT_TRUE(message->issues.empty());
    EXPECT_EQ(message->signal.key, "order_paid");
    EXPECT_EQ(message->signal.metadata, R"({"total":5,"items":[{"a":1}]})");
  }
}

TEST(Snowplow, AnOpenPageSaysNothingAndTheOthersKeepTheirIndex) {
  const Batch batch = tracked(R"({"e":"pp","aid":"d","uid":"u"},{"e":"pv","aid":"d","uid":"u"})");
  ASSERT_EQ(batch.messages.size(), 1u);
  EXPECT_EQ(batch.messages[0]->index, 1u);
}

TEST(Snowplow, EachFaultIsNamed) {
  const auto issue = [](const std::string& event) {
    const Batch batch = tracked(R"({"e":"pv","aid":"d","uid":"u"},)" + event);
    const auto& items = batch.messages[1]->issues.items();
    return items.size() == 1 ? items[0].field : std::to_string(items.size());
  };
  EXPECT_EQ(issue("7"), "message");
  EXPECT_EQ(issue(R"({"e":"xx","aid":"d","uid":"u"})"), "e");
  EXPECT_EQ(issue(R"({"e":"pv","aid":"other","uid":"u"})"), "aid");
  EXPECT_EQ(issue(R"({"e":"se","aid":"d","uid":"u","se_ca":"c"})"), "se_ac");
  for (const char* text : {"", "{", "{}", R"({\"data\":{\"schema\":\"order\"}})", R"({\"data\":7})"})
    EXPECT_EQ(issue(std::string(R"({"e":"ue","aid":"d","uid":"u","ue_pr":")") + text + "\"}"), "ue_pr") << text;
  EXPECT_FALSE(read_snowplow(*json::parse("{}")));
}

TEST(Snowplow, AQueryBecomesTheBodyThatItWouldHaveBeen) {
  const std::string body =
      snowplow_body({{"e", "pv"}, {"aid", "demo"}, {"url", "https://a.example/\"x\""}, {"e", "se"}});
  const auto document = json::parse(body);
  ASSERT_TRUE(document) << body;
  EXPECT_EQ(snowplow_application(document->root()), "demo");
  EXPECT_EQ(document->root().find("data")->items()[0].text_of("e"), "pv");
  EXPECT_EQ(snowplow_application(json::parse("7")->root()), "");
}

}  // namespace
}  // namespace beckon::neighbours
