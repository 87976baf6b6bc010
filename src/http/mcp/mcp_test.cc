#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/mcp/message.h"
#include "http/mcp/shape.h"

namespace beckon::mcp {
namespace {

using testing::HasSubstr;

constexpr std::string_view kMeta =
    R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}})";

struct Sent {
  std::string body;
  std::vector<http::Field> fields = {};
};

Result<Message, Refusal> read(Sent sent) {
  http::Request request;
  request.body = std::move(sent.body);
  request.fields = std::move(sent.fields);
  return read_message(request);
}

std::string request_of(std::string_view method, std::string_view params = {}) {
  std::string text = R"({"jsonrpc":"2.0","id":7,"method":")" + std::string(method) + "\"";
  if (!params.empty()) text += ",\"params\":{" + std::string(params) + "}";
  return text + "}";
}

std::vector<http::Field> headers_of(std::string_view method, std::string_view name = {}) {
  std::vector<http::Field> fields{{"MCP-Protocol-Version", "2026-07-28"}, {"mcp-method", method}};
  if (!name.empty()) fields.push_back({"Mcp-Name", name});
  return fields;
}

TEST(Message, IsOf2025UnlessItSaysOtherwise) {
  EXPECT_EQ(read({request_of("tools/list")})->era, Era::k2025);
  EXPECT_EQ(read({request_of("tools/list"), {{"mcp-protocol-version", "2025-06-18"}}})->era, Era::k2025);
  const auto newer = read({request_of("tools/list", kMeta), headers_of("tools/list")});
  ASSERT_TRUE(newer) << newer.error().message;
  EXPECT_EQ(newer->era, Era::k2026);
  EXPECT_EQ(newer->id, "7");
}

TEST(Message, IsRefusedWithItsIdIfItIsNone) {
  const auto code_of = [](std::string body) { return read({std::move(body)}).error().code; };
  EXPECT_EQ(code_of("{"), code::kParse);
  EXPECT_EQ(code_of("[]"), code::kRequest);
  EXPECT_EQ(code_of(R"({"id":1,"method":"ping"})"), code::kRequest);
  EXPECT_EQ(code_of(R"({"jsonrpc":"2.0","id":null,"method":"ping"})"), code::kRequest);
  EXPECT_EQ(code_of(R"({"jsonrpc":"2.0","id":1,"method":"ping","params":[]})"), code::kParams);
  const auto response = read({R"({"jsonrpc":"2.0","id":"a","result":{}})"});
  EXPECT_EQ(response.error().code, code::kRequest);
  EXPECT_EQ(response.error().id, "\"a\"");
}

TEST(Message, WithoutAnIdIsANotification) {
  const auto notification = read({R"({"jsonrpc":"2.0","method":"notifications/initialized"})"});
  ASSERT_TRUE(notification);
  EXPECT_EQ(notification->id, "");
}

TEST(Message, Of2026MustHaveHeadersThatAgreeWithIt) {
  const std::string call = request_of("tools/call", std::string(R"("name":"für",)") + std::string(kMeta));
  const auto code_with = [&](std::vector<http::Field> fields) {
    const auto read_ = read({call, std::move(fields)});
    return read_ ? 0 : read_.error().code;
  };
  EXPECT_EQ(code_with(headers_of("tools/call", "=?base64?ZsO8cg==?=")), 0);
  EXPECT_EQ(code_with(headers_of("tools/call", "fur")), code::kHeader);
  EXPECT_EQ(code_with(headers_of("tools/call")), code::kHeader);
  EXPECT_EQ(code_with(headers_of("TOOLS/CALL", "=?base64?ZsO8cg==?=")), code::kHeader);
  EXPECT_EQ(code_with({}), code::kHeader) << "without a version";
  EXPECT_EQ(code_with({{"mcp-protocol-version", "2025-11-25"}}), code::kHeader) << "another version";
}

TEST(Message, Of2026MustDescribeItsClient) {
  const auto refused = read({request_of("server/discover"), headers_of("server/discover")});
  EXPECT_EQ(refused.error().code, code::kParams);
  EXPECT_EQ(refused.error().status, 400);
  EXPECT_EQ(refused.error().id, "7");
  const auto without = read({request_of("server/discover", R"("_meta":{})"), headers_of("server/discover")});
  EXPECT_THAT(without.error().message, HasSubstr("protocolVersion and io.modelcontextprotocol/clientCapabilities"));
}

TEST(Message, OfAnUnknownVersionHearsWhichAreKnown) {
  const auto refused = read({request_of("tools/list"), {{"mcp-protocol-version", "2031-01-01"}}});
  EXPECT_EQ(refused.error().code, code::kVersion);
  EXPECT_EQ(refused.error().data, R"({"supported":["2026-07-28","2025-11-25","2025-06-18","2025-03-26"],)"
                                  R"("requested":"2031-01-01"})");
}

TEST(Message, HasAProgressTokenOfEitherKind) {
  EXPECT_EQ(read({request_of("tools/call", R"("_meta":{"progressToken":3})")})->progress_token(), "3");
  EXPECT_EQ(read({request_of("tools/call", R"("_meta":{"progressToken":"a"})")})->progress_token(), "\"a\"");
  EXPECT_EQ(read({request_of("tools/call", R"("_meta":{"progressToken":{}})")})->progress_token(), "");
  EXPECT_EQ(read({request_of("tools/call")})->progress_token(), "");
}

TEST(Result, SaysOf2026WhoAnswersAndThatItIsComplete) {
  const auto newer = read({request_of("tools/list", kMeta), headers_of("tools/list")});
  const auto nothing = [](json::Writer&) {};
  EXPECT_THAT(result_text(*newer, nothing), HasSubstr(R"("resultType":"complete","_meta":{"io.model)"));
  EXPECT_EQ(result_text(*read({request_of("ping")}), nothing), R"({"jsonrpc":"2.0","id":7,"result":{}})");
}

std::string shaped_text(std::string value, std::string schema) {
  return shaped(json::parse(std::move(value))->root(), json::parse(std::move(schema))->root());
}

TEST(Shape, KeepsWhatTheSchemaDescribes) {
  EXPECT_EQ(shaped_text(R"({"a":1,"b":{"c":2,"d":3},"e":[{"f":4,"g":5}],"h":6})",
                        R"({"properties":{"a":{},"b":{"properties":{"d":{}}},"e":{"items":{"properties":{"g":{}}}}}})"),
            R"({"a":1,"b":{"d":3},"e":[{"g":5}]})");
  EXPECT_EQ(shaped_text(R"({"a":1,"b":2})", R"({"properties":{"a":{}},"additionalProperties":true})"),
            R"({"a":1,"b":2})");
  EXPECT_EQ(shaped_text(R"({"a":1})", "{}"), R"({"a":1})");
}

TEST(Shape, CutsListsAndSaysSo) {
  EXPECT_EQ(
      shaped_text(R"({"a":[{"b":[1,2,3]},{"b":[]},{}]})",
                  R"({"properties":{"a":{"maxItems":2,"items":{"properties":{"b":{"maxItems":1,"items":{}}}}}}})"),
      R"({"a":[{"b":[1]},{"b":[]}],"cut":["a: the first 2 of 3.","a[0].b: the first 1 of 3."]})");
}

}  // namespace
}  // namespace beckon::mcp
