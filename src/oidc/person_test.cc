#include "oidc/person.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oidc/testing/corp.h"

namespace beckon::oidc {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

IdToken token_with(const std::string& claims) {
  return {.subject = "u-1", .session = "s-1", .claims = access::document_of(claims)};
}

Result<Person> person(const std::string& userinfo, const Provider& provider = corp(),
                      const std::string& claims = "{}") {
  const json::Document said = access::document_of(userinfo);
  return person_of(provider, token_with(claims), said.root());
}
std::string why_refused(const std::string& userinfo, const Provider& provider = corp()) {
  const auto found = person(userinfo, provider);
  return found ? "accepted" : found.error().message;
}

TEST(Person, IsTheUserOfTheVerifiedAddress) {
  const auto found = person(R"({"sub":"u-1","email":"Ada@Example.com","email_verified":true,"groups":["a","b"]})");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->email, "ada@example.com");
  EXPECT_EQ(found->subject, "u-1");
  EXPECT_EQ(found->session, "s-1");
  EXPECT_THAT(found->groups, ElementsAre("a", "b"));
}

TEST(Person, IsRefusedWithoutAVerifiedAddress) {
  EXPECT_THAT(why_refused(R"({"sub":"u-2","email":"a@b.example","email_verified":true})"), HasSubstr("another user"));
  EXPECT_THAT(why_refused(R"({"email":"a@b.example","email_verified":true})"), HasSubstr("another user"));
  EXPECT_THAT(why_refused(R"({"sub":"u-1"})"), HasSubstr("did not report an e-mail address"));
  EXPECT_THAT(why_refused(R"({"sub":"u-1","email":"nobody","email_verified":true})"), HasSubstr("did not report"));
  for (const char* verified : {"false", "\"true\"", "1", "null"})
    EXPECT_THAT(why_refused(std::string(R"({"sub":"u-1","email":"a@b.example","email_verified":)") + verified + "}"),
                HasSubstr("has not verified your e-mail address"));
  EXPECT_THAT(why_refused(R"({"sub":"u-1","email":"a@b.example"})"), HasSubstr("has not verified"));
}

TEST(Person, WhoIsLinkedNeedsNoAddress) {
  Provider provider = corp();
  provider.links = {{"u-1", "ada@example.com"}};
  EXPECT_EQ(person(R"({"sub":"u-1","email":"eve@example.com","email_verified":false})", provider)->email,
            "ada@example.com");
  EXPECT_THAT(why_refused(R"({"sub":"u-2"})", provider), HasSubstr("another user"));
}

TEST(Person, OfADomainForWhichTheProviderDoesNotSpeakIsRefused) {
  Provider provider = corp();
  provider.email_domains = {"example.com"};
  const auto at = [&](const std::string& email) {
    return why_refused(R"({"sub":"u-1","email":")" + email + R"(","email_verified":true})", provider);
  };
  EXPECT_EQ(at("ada@example.com"), "accepted");
  EXPECT_THAT(at("ada@sub.example.com"), HasSubstr("cannot sign in through Acme SSO"));
  EXPECT_THAT(at("ada@notexample.com"), HasSubstr("cannot sign in through Acme SSO"));
}

TEST(Person, HasTheGroupsOfTheUserinfoResponseOrElseOfTheIdToken) {
  const std::string least = R"({"sub":"u-1","email":"a@b.example","email_verified":true)";
  const auto groups = [&](const std::string& userinfo, const std::string& claims) {
    return person(least + userinfo + "}", corp(), claims)->groups;
  };
  EXPECT_THAT(groups("", R"({"groups":["a"]})"), ElementsAre("a"));
  EXPECT_THAT(groups(R"(,"groups":[])", R"({"groups":["a"]})"), SizeIs(0));
  EXPECT_THAT(groups(R"(,"groups":"b")", "{}"), ElementsAre("b"));
  EXPECT_THAT(groups(R"(,"groups":[1,"c",{}])", "{}"), ElementsAre("c"));
  EXPECT_THAT(groups("", "{}"), SizeIs(0));
}

TEST(Roles, AreTheHighestOfEachHandle) {
  Provider provider = corp();
  const Handle acme("acme"), other("other");
  provider.roles = {
      {"a", acme, access::Role::kCreator}, {"b", acme, access::Role::kOperator}, {"a", other, access::Role::kCreator}};
  const auto roles = [&](std::vector<std::string> groups) {
    return roles_of(provider, {.subject = "u", .email = "a@b.example", .groups = std::move(groups)});
  };
  EXPECT_THAT(roles({}), SizeIs(0));
  EXPECT_THAT(roles({"A"}), SizeIs(0));
  const auto both = roles({"b", "a"});
  ASSERT_THAT(both, SizeIs(2));
  EXPECT_EQ(both[0].handle, acme);
  EXPECT_EQ(both[0].role, access::Role::kOperator);
  EXPECT_EQ(both[1].handle, other);
}

}  // namespace
}  // namespace beckon::oidc
