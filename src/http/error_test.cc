#include "http/error.h"

#include <gtest/gtest.h>

#include "http/response_head.h"

namespace beckon::http {
namespace {

std::string header(const Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

const RequestId kRequest{"req_1"};

TEST(Error, NamesEveryFaultAtOnce) {
  Issues issues;
  issues.add("signals[2].confidence", "must be a number from 0 to 1");
  issues.add("handle", "is required");
  Fault fault = issues.fault();
  fault.message = "Correct \"it\".";
  fault.extras = {{"limit", "60"}};
  const Response response = to_response(fault, kRequest);
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body,
            R"({"error":"validation_error","message":"Correct \"it\".","requestId":"req_1","limit":60,"details":[)"
            R"({"field":"signals[2].confidence","issue":"must be a number from 0 to 1"},)"
            R"({"field":"handle","issue":"is required"}]})");
}

TEST(Error, ARateLimitSaysWhenToComeBack) {
  const Response response = to_response(
      {.code = FaultCode::kRateLimited, .message = "m", .rate = RateState{60, 0, std::chrono::seconds{17}}}, kRequest);
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(header(response, "retry-after"), "17");
  EXPECT_EQ(header(response, "ratelimit-limit"), "60");
  EXPECT_EQ(header(response, "ratelimit-remaining"), "0");
  EXPECT_EQ(header(response, "ratelimit-reset"), "17");
}

TEST(Error, OfA429TheMetricsKnowWhichLimitWasReached) {
  EXPECT_EQ(
      to_response({.code = FaultCode::kRateLimited, .message = "m", .limit = RateLimit::kTokenSignals}, kRequest).limit,
      RateLimit::kTokenSignals);
  EXPECT_EQ(to_response({.code = FaultCode::kUnavailable, .message = "m"}, kRequest).limit, std::nullopt);
}

TEST(Error, UnavailableAlwaysSaysWhenToComeBack) {
  EXPECT_EQ(header(to_response({.code = FaultCode::kUnavailable, .message = "m"}, kRequest), "retry-after"), "1");
  EXPECT_EQ(
      header(to_response({.code = FaultCode::kUnavailable, .message = "m", .retry_after = std::chrono::seconds{5}},
                         kRequest),
             "retry-after"),
      "5");
}

TEST(Error, EachCodeHasTheStatusOfTheContract) {
  EXPECT_EQ(status_of(FaultCode::kTokenExpired), 401);
  EXPECT_EQ(status_of(FaultCode::kInvalidCredentials), 401);
  EXPECT_EQ(status_of(FaultCode::kOriginNotAllowed), 403);
  EXPECT_EQ(status_of(FaultCode::kHandleNotFound), 404);
  EXPECT_EQ(status_of(FaultCode::kPreconditionFailed), 412);
  EXPECT_EQ(status_of(FaultCode::kInternalError), 500);
  EXPECT_EQ(code_text(FaultCode::kHeadersTooLarge), "headers_too_large");
}

TEST(ResponseHead, IsWrittenInOnePiece) {
  std::string out;
  append_response(out, {.status = 201, .body = "{}", .headers = {{"location", "/x"}}},
                  {.request_id = "req_1", .date_line = "date: now\r\n", .keep_alive = false});
  EXPECT_EQ(out,
            "HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 2\r\ndate: now\r\n"
            "x-request-id: req_1\r\nlocation: /x\r\nconnection: close\r\n\r\n{}");
}

TEST(ResponseHead, AnAnswerWithoutContentSaysNoLength) {
  std::string out;
  append_response(out, {.status = 204}, {.request_id = "r", .date_line = "date: now\r\n"});
  EXPECT_EQ(out, "HTTP/1.1 204 No Content\r\ndate: now\r\nx-request-id: r\r\n\r\n");
}

TEST(ResponseHead, HeadersThatCouldBeTwoAreSeen) {
  EXPECT_TRUE(has_clean_headers({.headers = {{"a", "b c"}}}));
  EXPECT_FALSE(has_clean_headers({.headers = {{"a", "b\r\nc: d"}}}));
  EXPECT_FALSE(has_clean_headers({.headers = {{"a: b", "c"}}}));
  EXPECT_FALSE(has_clean_headers({.headers = {{"", "c"}}}));
}

TEST(ResponseHead, DatesAreThoseOfRfc9110) {
  EXPECT_EQ(to_date_line(parse_rfc3339("1994-11-06T08:49:37.9Z").value()), "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
}

}  // namespace
}  // namespace beckon::http
