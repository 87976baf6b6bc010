#include "http/routes/ofrep_request.h"

#include <gtest/gtest.h>

namespace beckon::http {
namespace {

TEST(OfrepRequest, AnEtagIsListedByItselfInAListAndAsAWeakOne) {
  for (const char* header : {"\"a-b\"", "W/\"a-b\"", "\"x\", \"a-b\"", "\"x\" ,\tW/\"a-b\" , \"y\""})
    EXPECT_TRUE(lists_etag(header, "a-b")) << header;
  for (const char* header : {"", "a-b", "\"a-b", "*", "\"a-bc\"", "\"a-\"", "w/\"a-b\"", "\"\"", ",", "W/"})
    EXPECT_FALSE(lists_etag(header, "a-b")) << header;
}

TEST(OfrepRequest, AFaultKeepsTheApisMembersAndHasTheProtocols) {
  Issues issues;
  issues.add("targetingKey", "is wrong");
  issues.add("visitorId", "is wrong too");
  const std::string key = "a\"b";
  const Response response = to_response({issues.fault(), kInvalidContext}, &key, RequestId{"req_1"});
  EXPECT_EQ(response.status, 400);
  const auto document = json::parse(response.body);
  ASSERT_TRUE(document);
  const json::Value& root = document->root();
  EXPECT_EQ(root.text_of("error"), "validation_error");
  EXPECT_EQ(root.text_of("key"), key);
  EXPECT_EQ(root.text_of("errorCode"), "INVALID_CONTEXT");
  EXPECT_TRUE(root.text_of("errorDetails").ends_with("targetingKey is wrong. visitorId is wrong too."));
  ASSERT_TRUE(root.find("details"));
}

TEST(OfrepRequest, AConflictIsAnInvalidContext) {
  const Fault fault{.code = FaultCode::kConflict, .message = "Another visitor's."};
  const Response response = to_response({fault, kGeneral}, nullptr, RequestId{"req_1"});
  EXPECT_EQ(response.status, 400);
  EXPECT_NE(response.body.find("\"errorCode\":\"INVALID_CONTEXT\""), std::string::npos);
  EXPECT_EQ(response.body.find("\"key\""), std::string::npos);
}

}  // namespace
}  // namespace beckon::http
