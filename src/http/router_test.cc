#include "http/router.h"

#include <gtest/gtest.h>

namespace beckon::http {
namespace {

void nothing(Request&, Respond) {}
std::optional<Fault> admit(const Route&, Request&) { return std::nullopt; }

Route route(Method method, std::string_view pattern, Access access = public_()) {
  return {.method = method, .pattern = std::string(pattern), .access = access, .handler = nothing};
}

std::string error_of(std::vector<Route> routes, Hooks hooks = {}) {
  const auto router = Router::make(std::move(routes), std::move(hooks));
  return router ? "" : router.error();
}

class Routing : public testing::Test {
 protected:
  Router router_ = Router::make({route(Method::kGet, "/a"), route(Method::kPost, "/a"), route(Method::kGet, "/a/{id}"),
                                 route(Method::kDelete, "/a/{id}"), route(Method::kGet, "/a/fixed"),
                                 route(Method::kGet, "/a/{id}/b/{other}"), route(Method::kGet, "/files/{path*}")},
                                {})
                       .value();
  Request request_;

  Router::Found find(Method method, std::string_view path) {
    request_.method = method;
    request_.path = path;
    return router_.find(request_);
  }
  std::string pattern(Method method, std::string_view path) {
    const auto found = find(method, path);
    return found.route ? std::string(found.route->pattern) : "";
  }
};

TEST_F(Routing, FindsPathAndMethod) {
  EXPECT_EQ(pattern(Method::kGet, "/a"), "/a");
  EXPECT_EQ(find(Method::kPost, "/a").route->method, Method::kPost);
  EXPECT_EQ(pattern(Method::kHead, "/a"), "/a");
  EXPECT_EQ(pattern(Method::kGet, "/a/x%20y"), "/a/{id}");
  EXPECT_EQ(request_.param("id"), "x y");
  EXPECT_EQ(pattern(Method::kGet, "/a/1/b/2"), "/a/{id}/b/{other}");
  EXPECT_EQ(request_.param("other"), "2");
}

TEST_F(Routing, AFixedSegmentWinsAndACaptureIsTriedAfterIt) {
  EXPECT_EQ(pattern(Method::kGet, "/a/fixed"), "/a/fixed");
  EXPECT_EQ(pattern(Method::kGet, "/a/fixed/b/2"), "/a/{id}/b/{other}");
  EXPECT_EQ(request_.param("id"), "fixed");
}

TEST(RoutingOfAName, ThatIsSharedFindsTheOtherMethodsAtTheCapture) {
  Route order = route(Method::kPatch, "/a/order");
  order.shares_name = true;
  const Router router = Router::make({order, route(Method::kGet, "/a/{id}"), route(Method::kPatch, "/a/{id}/b"),
                                      route(Method::kGet, "/a/own"), route(Method::kDelete, "/a/{id}")},
                                     {})
                            .value();
  const auto found = [&](Method method, std::string_view path) {
    Request request;
    request.method = method;
    request.path = path;
    const auto one = router.find(request);
    return (one.route ? one.route->pattern : "none, " + *one.allow) +
           (request.params.empty() ? "" : " " + request.params[0].second);
  };
  EXPECT_EQ(found(Method::kPatch, "/a/order"), "/a/order");
  EXPECT_EQ(found(Method::kGet, "/a/order"), "/a/{id} order");
  EXPECT_EQ(found(Method::kHead, "/a/order"), "/a/{id} order");
  EXPECT_EQ(found(Method::kPatch, "/a/order/b"), "/a/{id}/b order");
  EXPECT_EQ(found(Method::kPost, "/a/order"), "none, PATCH, OPTIONS");
  EXPECT_EQ(found(Method::kDelete, "/a/own"), "none, GET, HEAD, OPTIONS") << "a name that is not shared is reserved";
}

TEST_F(Routing, AnUnknownPathHasNothing) {
  for (const char* path : {"", "a", "/", "/a/", "/A", "/a/1/b", "/a/1/b/", "/a//b/2", "/b", "//a", "*"}) {
    const auto found = find(Method::kGet, path);
    EXPECT_EQ(found.allow, nullptr) << path;
    EXPECT_EQ(found.route, nullptr) << path;
  }
}

TEST_F(Routing, AKnownPathSaysWhatItAllows) {
  const auto found = find(Method::kPut, "/a/1");
  EXPECT_EQ(found.route, nullptr);
  ASSERT_NE(found.allow, nullptr);
  EXPECT_EQ(*found.allow, "GET, HEAD, DELETE, OPTIONS");
  EXPECT_EQ(*find(Method::kOther, "/a").allow, "GET, HEAD, POST, OPTIONS");
}

TEST_F(Routing, RefusesBadAndHiddenBytesInCaptures) {
  EXPECT_EQ(find(Method::kGet, "/a/%zz").fault->code, FaultCode::kValidationError);
  EXPECT_EQ(find(Method::kGet, "/a/%4").fault->code, FaultCode::kValidationError);
  EXPECT_EQ(find(Method::kGet, "/a/x%00").fault->code, FaultCode::kNotFound);
  for (const char* path : {"/a/%ff", "/a/%c0%af", "/a/x%ed%a0%80"})
    EXPECT_EQ(find(Method::kGet, path).fault->details.at(0).issue, "must be UTF-8") << path;
}

TEST_F(Routing, AnEncodedSlashIsPartOfACapture) {
  EXPECT_FALSE(find(Method::kGet, "/a/gid:%2F%2Fshop%2fZo%C3%AB").fault);
  EXPECT_EQ(request_.params.at(0).second, "gid://shop/Zo\u00eb");
  EXPECT_EQ(find(Method::kGet, "/a/gid://shop").route, nullptr);
}

TEST_F(Routing, TheRestTakesSlashesButNoDots) {
  EXPECT_EQ(pattern(Method::kGet, "/files/css/x.css"), "/files/{path*}");
  EXPECT_EQ(request_.param("path"), "css/x.css");
  EXPECT_FALSE(find(Method::kGet, "/files/").fault);
  EXPECT_EQ(find(Method::kGet, "/files/../x").fault->code, FaultCode::kNotFound);
  EXPECT_EQ(find(Method::kGet, "/files/a/%2e%2e/x").fault->code, FaultCode::kNotFound);
  EXPECT_EQ(find(Method::kGet, "/files/a%2f..").fault->code, FaultCode::kNotFound);
}

TEST(RouterMake, RefusesARouteThatDeclaresNoAccess) {
  EXPECT_EQ(error_of({route(Method::kGet, "/open"), route(Method::kPost, "/secret", Access{})}),
            "POST /secret: declares no access level");
  EXPECT_EQ(error_of({route(Method::kGet, "/v2/public/handles/x", pat(""))}, {.authorize = admit}),
            "GET /v2/public/handles/x: names no scope");
  EXPECT_EQ(error_of({route(Method::kGet, "/x", owner())}), "GET /x: is not public, and there is no authorizer");
  EXPECT_EQ(error_of({route(Method::kGet, "/x", owner())}, {.authorize = admit}), "");
}

TEST(RouterMake, HasRoutesOfAccessTokensBelowTheirPathAloneAndNoOthersThere) {
  const auto fault = [](std::string_view pattern, Access access) {
    return error_of({route(Method::kGet, pattern, access)}, {.authorize = admit});
  };
  EXPECT_EQ(fault("/v2/public/handles/{handle}/x", pat("some.scope")), "");
  for (const Access access : {public_(), creator(), operator_("some.scope"), owner(), any_jwt(), platform_admin()})
    EXPECT_NE(fault("/v2/public/handles/{handle}/x", access), "");
  EXPECT_NE(fault("/v2/handles/{handle}/x", pat("some.scope")), "");
  EXPECT_EQ(fault("/v2/handles/{handle}/x", creator("some.scope")), "");
}

TEST(RouterMake, AlsoFindsARouteByItsOtherPatterns) {
  Route spelled = route(Method::kPost, "/f/{key}");
  spelled.also = {"/f/{key*}", "//f/{key}"};
  const auto router = Router::make({std::move(spelled)}, {});
  ASSERT_TRUE(router) << router.error();
  const auto key_of = [&](std::string_view path) {
    Request request{.method = Method::kPost, .path = path};
    const Router::Found found = router->find(request);
    return found.route && !found.fault ? request.param("key") : "none";
  };
  EXPECT_EQ(key_of("/f/a"), "a");
  EXPECT_EQ(key_of("/f/a%2Fb"), "a/b");
  EXPECT_EQ(key_of("/f/a/b"), "a/b");
  EXPECT_EQ(key_of("//f/a"), "a");
  EXPECT_EQ(key_of("//f/a/b"), "none");
}

TEST(RouterMake, HoldsEveryOtherPatternToTheRulesOfTheFirst) {
  const auto fault = [](std::string_view other, Access access) {
    Route spelled = route(Method::kGet, access.scope.empty() ? "/x" : "/v2/public/handles/{handle}/x", access);
    spelled.also = {std::string(other)};
    return error_of({std::move(spelled)}, {.authorize = admit});
  };
  EXPECT_NE(fault("/x", public_()), "");
  EXPECT_NE(fault("x", public_()), "");
  EXPECT_NE(fault("/v2/public/handles/{handle}/x", public_()), "");
  EXPECT_NE(fault("/v2/handles/{handle}/x", pat("some.scope")), "");
  EXPECT_EQ(fault("/v2/public/handles/{handle}//x", pat("some.scope")), "");
}

TEST(RouterMake, RefusesMalformedTables) {
  EXPECT_EQ(error_of({route(Method::kGet, "/x"), route(Method::kGet, "/x")}), "GET /x: is declared twice");
  EXPECT_EQ(error_of({route(Method::kGet, "/{a}"), route(Method::kGet, "/{b}")}), "GET /{b}: is declared twice");
  EXPECT_NE(error_of({route(Method::kGet, "/{a}"), route(Method::kPut, "/{b}")}), "");
  for (const char* pattern : {"x", "", "/{", "/{}", "/a{b}", "/{a*}/b", "/{a}b", "/{*}"}) {
    EXPECT_NE(error_of({route(Method::kGet, pattern)}), "") << pattern;
  }
  EXPECT_NE(error_of({route(Method::kHead, "/x")}), "");
  EXPECT_NE(error_of({Route{.method = Method::kGet, .pattern = "/x", .access = public_()}}), "");
}

}  // namespace
}  // namespace beckon::http
