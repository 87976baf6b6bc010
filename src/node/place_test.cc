#include "node/place.h"

#include <gtest/gtest.h>

namespace beckon::node {
namespace {

using Kind = Place::Kind;

Place place(std::string_view path, std::string_view body = {}, std::string_view query = {}) {
  http::Request request;
  request.path = path;
  request.body = body;
  request.query = query;
  return place_of(request);
}

TEST(Place, APathBelowHandlesNamesTheHandle) {
  for (const char* path :
       {"/v2/handles/acme", "/v2/handles/acme/chain/signals", "/v2/public/handles/acme/mcp", "/v2/handles/%61cme/rules",
        "/v2/public/ofrep/acme/ofrep/v1/evaluate/flags", "/v1/projects/acme/settings",
        "/.well-known/oauth-protected-resource/v2/public/handles/acme/mcp"}) {
    EXPECT_EQ(place(path).kind, Kind::kHandle) << path;
    EXPECT_EQ(place(path).handle, "acme") << path;
  }
}

TEST(Place, TheBodyOfAPublicRouteNamesTheHandle) {
  const auto of = [](std::string_view body) { return place("/v2/public/chain/signals", body).handle; };
  EXPECT_EQ(of(R"({"handle":"acme","sessionId":"s"})"), "acme");
  EXPECT_EQ(of(R"({ "sessionId" : "s", "signals":[{"handle":"other"}], "handle" : "acme" })"), "acme");
  EXPECT_EQ(of(R"({"context":{"handle":"other"},"x":"handle","handle":"acme"})"), "acme");
  EXPECT_EQ(of(R"({"x":"a\"b,\"handle\":\"other\"","handle":"acme"})"), "acme");
  EXPECT_EQ(of(R"({"h\u0061ndle":"acme"})"), "acme");
  EXPECT_EQ(of(R"({"handle":"acm\u0065"})"), "acme");
  EXPECT_EQ(of(R"({"handle":17})"), "");
  EXPECT_EQ(of(R"({"sessionId":"s"})"), "");
  EXPECT_EQ(of(R"([{"handle":"acme"}])"), "");
}

TEST(Place, ABodyThatIsNoJsonNamesNoneAndIsReadToItsEnd) {
  const std::string whole = R"({"a":[1,{"b":"\\"}],"handle" : "acme"})";
  for (std::size_t size = 0; size < whole.size(); ++size) text_member(whole.substr(0, size), "handle");
  for (const char* body : {"", "{", "\"", "{\"handle", "{\"handle\"", "{\"handle\":", "{\"handle\":\"a",
                           "{\"handle\":\"a\\", "\\", "{\"\\", "]}]}\"handle\":\"a\""})
    EXPECT_EQ(text_member(body, "handle"), "") << body;
}

TEST(Place, WhatConcernsNoHandleIsOfTheFirstLaneAndFilesOfAny) {
  for (const char* path :
       {"/v2/handles", "/v2/auth/login", "/v2/platform-admin/handles", "/v2/platform-admin/users/x", "/v2/nothing"})
    EXPECT_EQ(place(path).kind, Kind::kFirst) << path;
  for (const char* path : {"/", "/docs", "/openapi.json", "/apps/lifecycle-messaging", "/v1/batch", "/batch/", "/i"})
    EXPECT_EQ(place(path).kind, Kind::kAny) << path;
}

TEST(Place, TheQueryOfTheBrowserLibrarysConfigurationNamesTheHandle) {
  EXPECT_EQ(place("/v2/public/sdk/config", {}, "x=1&handle=acme").handle, "acme");
  EXPECT_EQ(place("/v2/public/sdk/config").handle, "");
}

}  // namespace
}  // namespace beckon::node
