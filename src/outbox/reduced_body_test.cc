#include "outbox/reduced_body.h"

#include <gtest/gtest.h>

namespace beckon::outbox {
namespace {

constexpr const char* kCause = R"({"signal":{"sessionId":"s","version":1}})";

TEST(ReducedBody, LosesTheVisitorAndTheMetadataAndKeepsAllElse) {
  EXPECT_EQ(reduced_body(R"({"id":"evt_1","payload":{"sessionId":"s","visitorId":"v\"1","version":7,"signal":)"
                         R"({"signalKey":"a","signalValue":"5.10","metadata":{"a":{"b":1}},"at":"x"}}})",
                         kCause),
            R"({"id":"evt_1","payload":{"sessionId":"s","version":7,"signal":)"
            R"({"signalKey":"a","signalValue":"5.10","metadata":{},"at":"x"}}})");
}

TEST(ReducedBody, OfADelayedMessageLosesWhyItWasSent) {
  EXPECT_EQ(reduced_body(R"({"payload":{"decisionId":"dec_1","explanation":{"rules":[]},"outcome":"act"}})", kCause),
            R"({"payload":{"decisionId":"dec_1","outcome":"act"}})");
}

TEST(ReducedBody, LeavesWhatTheRulesAuthorCalledTheSame) {
  EXPECT_EQ(reduced_body(R"({"payload":{"action":{"visitorId":"none","metadata":{"a":1}}}})", kCause), std::nullopt);
}

TEST(ReducedBody, OfAnEditedOneLosesTheseNamesWhereverTheyStand) {
  EXPECT_EQ(reduced_body(R"({"payload":{"who":[{"visitorId":"v"},2],"metadata":"m","left":[]}})",
                         R"({"edited":{"delivery":"dlv_1"}})"),
            R"({"payload":{"who":[{},2],"metadata":{},"left":[]}})");
}

TEST(ReducedBody, IsNoneWhereThereIsNothingToLose) {
  for (const char* body : {"{}", "no json", R"({"payload":{"signal":{"metadata":{}}}})"})
    EXPECT_EQ(reduced_body(body, kCause), std::nullopt) << body;
}

}  // namespace
}  // namespace beckon::outbox
