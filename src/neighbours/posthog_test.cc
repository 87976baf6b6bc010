#include "neighbours/posthog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace beckon::neighbours {
namespace {

using testing::ElementsAre;
using testing::Pair;

Batch captured(const std::string& events) {
  auto batch =
      read_posthog(*json::parse(R"({"api_key":"k","batch":[)" + events + R"(],"sent_at":"2026-11-29T12:00:00Z"})"));
  EXPECT_TRUE(batch);
  return std::move(*batch);
}

TEST(PostHog, AnEventIsASignalWithoutThePropertiesThatArePostHogsOwn) {
  const Batch batch = captured(
      R"({"event":"order paid","distinct_id":"d1","uuid":"u1","timestamp":"2026-11-29T11:59:00.5Z",
          "properties":{"total":3,"$lib":"posthog-node","$set":{"plan":"pro"},"$set_once":{"first":1},
                        "$pathname":"/c","$current_url":"https://a.example/c?token=1","utm_source":"mail"}})");
  const Message& message = *batch.messages[0];
  EXPECT_TRUE(message.issues.empty());
  EXPECT_EQ(message.signal.key, "order_paid");
  EXPECT_EQ(message.signal.metadata, R"({"event":"order paid","total":3,"utm_source":"mail"})");
  EXPECT_EQ(message.signal.source, "posthog-node");
  EXPECT_EQ(message.signal.id, "u1");
  EXPECT_EQ(message.visitor, "d1");
  EXPECT_EQ(message.session, "");
  EXPECT_TRUE(message.said && message.sent);
  EXPECT_THAT(message.context, ElementsAre(Pair("page", "/c"), Pair("source", "mail")));
  ASSERT_EQ(message.traits.changes.size(), 2u);
  EXPECT_EQ(message.traits.changes[0].op, ledger::TraitOp::kSet);
  EXPECT_EQ(message.traits.changes[1].op, ledger::TraitOp::kSetOnce);
}

TEST(PostHog, ItsOwnEventsAreOurs) {
  const Batch batch = captured(R"({"event":"$pageview","distinct_id":"d","properties":{"$pathname":"/c"}},
                              {"event":"$identify","distinct_id":"d","properties":{"$set":{"a":1}}},
                              {"event":"$create_alias","distinct_id":"d","properties":{"distinct_id":"d","alias":"e"}})");
  EXPECT_EQ(batch.messages[0]->signal.key, "view");
  EXPECT_EQ(batch.messages[0]->signal.value, "/c");
  EXPECT_EQ(batch.messages[1]->signal.key, "identify");
  EXPECT_EQ(batch.messages[2]->signal.key, "alias");
  EXPECT_EQ(batch.messages[2]->signal.metadata, R"({"previousId":"e"})");
}

TEST(PostHog, WhatSaysNothingToUsIsLeftOutAndTheOthersKeepTheirIndex) {
  const Batch batch = captured(R"({"event":"$groupidentify","distinct_id":"$company_g"},
                              {"event":"$feature_flag_called","distinct_id":"d"},{"event":"e","distinct_id":"d"})");
  ASSERT_EQ(batch.messages.size(), 1u);
  EXPECT_EQ(batch.messages[0]->index, 2u);
}

TEST(PostHog, ASessionIsTheirsAndAnIdWithoutAProfileIsABrowsers) {
  const Batch batch = captured(R"({"event":"e","distinct_id":"d","properties":{"$session_id":"s1"}},
                              {"event":"e","distinct_id":"d","properties":{"$process_person_profile":false}})");
  EXPECT_EQ(batch.messages[0]->session, "ph:s1");
  EXPECT_EQ(batch.messages[0]->visitor, "d");
  EXPECT_EQ(batch.messages[1]->session, "ph:d");
  EXPECT_EQ(batch.messages[1]->visitor, "");
  EXPECT_EQ(batch.messages[1]->anonymous, "d");
}

TEST(PostHog, EachFaultIsNamedAndABodyWithoutABatchIsRefused) {
  const Batch batch = captured(R"(7,{"event":"","distinct_id":[]})");
  EXPECT_EQ(batch.messages[0]->issues.items()[0].field, "message");
  EXPECT_EQ(batch.messages[1]->issues.items().size(), 2u);
  EXPECT_FALSE(read_posthog(*json::parse("[]")));
  EXPECT_FALSE(read_posthog(*json::parse("{}")));
}

}  // namespace
}  // namespace beckon::neighbours
