#include "access/origins.h"

#include <gtest/gtest.h>

namespace beckon::access {
namespace {

Result<std::vector<std::string>> parsed(std::string text) {
  return parse_origins(json::parse(std::move(text))->root());
}

TEST(Origins, AreTakenAsBrowsersWriteThem) {
  for (const char* good : {"https://shop.example", "http://localhost:3000", "https://a-b.example:8443",
                           "http://127.0.0.1:1", "http://[::1]:65535"})
    EXPECT_TRUE(is_origin(good)) << good;
}

TEST(Origins, AreRefusedInEveryOtherSpelling) {
  for (const char* bad : {"",
                          "*",
                          "null",
                          "shop.example",
                          "https://",
                          "https://Shop.example",
                          "https://shop.example/",
                          "https://shop.example:443",
                          "http://shop.example:80",
                          "https://shop.example:",
                          "https://shop.example:0",
                          "https://shop.example:65536",
                          "https://u@shop.example",
                          "ftp://shop.example",
                          "https://*.shop.example",
                          "https://sh op.example",
                          "https://b\u00fccher.example",
                          "https://[::1",
                          "https://[]",
                          "https://shop.example:080",
                          "file://"})
    EXPECT_FALSE(is_origin(bad)) << bad;
  EXPECT_FALSE(is_origin("https://" + std::string(kLongestOrigin, 'a')));
}

TEST(Origins, OfABodyAreSortedAndEachOnce) {
  const auto origins = parsed(R"({"origins":["https://b.example","https://a.example","https://b.example"]})");
  ASSERT_TRUE(origins);
  EXPECT_EQ(origins_json(*origins), R"({"origins":["https://a.example","https://b.example"]})");
}

TEST(Origins, EveryFaultOfABodyIsNamed) {
  const auto origins = parsed(R"({"origins":["*","https://a.example",7],"more":1})");
  ASSERT_FALSE(origins);
  std::vector<std::string> fields;
  for (const FieldIssue& issue : origins.error().details) fields.push_back(issue.field);
  EXPECT_EQ(fields, (std::vector<std::string>{"more", "origins[0]", "origins[2]"}));
  EXPECT_FALSE(parsed("{}"));
  EXPECT_FALSE(parsed(R"({"origins":"https://a.example"})"));
}

TEST(Origins, AHandleWithoutAListAdmitsAny_OneWithAListExactlyThose) {
  Origins origins;
  origins.put("acme", {"https://a.example", "https://b.example"});
  EXPECT_EQ(origins.judge("acme", "https://b.example"), Origins::Verdict::kListed);
  for (const char* other :
       {"null", "", "https://b.example.evil", "http://b.example", "https://b.example:8443", "https://c.example"})
    EXPECT_EQ(origins.judge("acme", other), Origins::Verdict::kRefused) << other;
  EXPECT_EQ(origins.judge("other", "https://c.example"), Origins::Verdict::kAny);
}

}  // namespace
}  // namespace beckon::access
