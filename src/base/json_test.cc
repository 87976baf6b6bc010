#include "base/json.h"

#include <gtest/gtest.h>

namespace beckon::json {
namespace {

std::string round(std::string text) {
  auto document = parse(std::move(text));
  return document ? to_text(document->root()) : "refused: " + document.error().message;
}

TEST(Json, TakesANumberForTheSameWhateverFollowsIt) {
  const double alone = parse("-7121726695878.37009")->root().number();
  const double followed = parse("-7121726695878.37009" + std::string(32, '\t'))->root().number();
  EXPECT_EQ(alone, -7121726695878.37009);
  EXPECT_EQ(followed, alone);
}

TEST(Json, WritesWhatItReadWithoutWhiteSpace) {
  EXPECT_EQ(round(R"( {"a" : [1, 2.50, -0, 1e3, true, null], "b":{"c":"d"}} )"),
            R"({"a":[1,2.50,-0,1e3,true,null],"b":{"c":"d"}})");
}

TEST(Json, UnescapesAndEscapesStrings) {
  auto document = parse(R"(["a\n\u0041\ud83d\ude00\u0000"])");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->root().items()[0].text(), std::string_view("a\nA\xF0\x9F\x98\x80\0", 8));
  EXPECT_EQ(to_text(document->root()), "[\"a\\nA\xF0\x9F\x98\x80\\u0000\"]");
}

TEST(Json, AnInstantIsATextOrMillisecondsOfTheYears1970To9999) {
  const auto instant = [](std::string_view text) { return parse(std::string(text))->root().instant(); };
  EXPECT_EQ(instant(R"("2026-02-25T12:00:00Z")"), instant_ms(1'772'020'800'000));
  EXPECT_EQ(instant("1772020800000"), instant_ms(1'772'020'800'000));
  EXPECT_EQ(instant("0"), Instant{});
  EXPECT_TRUE(instant("253402300799999"));
  for (const char* none : {"253402300800000", "-1", "1.5", "\"0\"", "\"tomorrow\"", "null", "true", "[]"})
    EXPECT_FALSE(instant(none)) << none;
}

TEST(Json, ViewsSurviveAMove) {
  auto document = parse(R"({"k":"v"})");
  ASSERT_TRUE(document);
  const Value value = document->root();
  Document moved = std::move(*document);
  EXPECT_EQ(value.find("k")->text(), "v");
}

TEST(Json, RefusesDuplicateKeysAtAnyDepthAndSize) {
  EXPECT_NE(round(R"({"a":{"b":1,"b":2}})").find("same key twice"), std::string::npos);
  EXPECT_NE(round(R"({"a":1,"\u0061":2})").find("same key twice"), std::string::npos);
  std::string many = "{";
  for (int i = 0; i < 100; ++i) many += "\"k" + std::to_string(i) + "\":1,";
  EXPECT_NE(round(many + "\"k50\":1}").find("same key twice"), std::string::npos);
  EXPECT_EQ(round(many + "\"z\":1}").find("refused"), std::string::npos);
}

TEST(Json, RefusesWhatTheRfcDoesNot) {
  for (const char* text : {"", "{", "[1,]", "{\"a\":1,}", "nul", "01", "1 2", "'a'", "[1e999]", "[-1e999]",
                           "\"\\ud800\"", "\"\xff\"", "\"\t\"", "[NaN]", "// x\n1"})
    EXPECT_NE(round(text).find("refused"), std::string::npos) << text;
}

TEST(Json, RefusesMoreThan32Levels) {
  EXPECT_EQ(round(std::string(32, '[') + std::string(32, ']')).find("refused"), std::string::npos);
  EXPECT_NE(round(std::string(33, '[') + std::string(33, ']')).find("refused"), std::string::npos);
}

TEST(Json, WriterPutsCommas) {
  std::string out;
  Writer writer(out);
  writer.begin_object().member("a", "x\"y").key("b").begin_array().number(1).real(0.5).null().end_array();
  writer.member_boolean("c", true).key("d").begin_object().end_object().end_object();
  EXPECT_EQ(out, R"({"a":"x\"y","b":[1,0.5,null],"c":true,"d":{}})");
}

}  // namespace
}  // namespace beckon::json
