#include "oidc/published.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oidc/testing/server.h"

namespace beckon::oidc {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using namespace std::chrono_literals;

class PublishedTest : public ::testing::Test {
 protected:
  Result<PublishedBy::Known> get(std::string_view kid = "") {
    return waited<Result<PublishedBy::Known>>([&](auto done) { published_.get(kid, std::move(done)); });
  }
  bool knows(std::string_view kid) {
    const auto known = get(kid);
    return known && (*known)->keys.find(kid) != nullptr;
  }
  std::size_t readings() const { return server_.requests("GET /jwks ").size(); }

  ManualClock clock_{kInstant};
  Server server_;
  const Provider provider_ = server_.provider();
  Calling calling_{clock_};
  PublishedBy published_{provider_, calling_.calls, clock_, {}};
  const access::TestKey next_ = access::TestKey::ec("k2");
};

TEST_F(PublishedTest, IsReadAtFirstUseAndKept) {
  EXPECT_EQ(published_.now(), nullptr);
  ASSERT_TRUE(get());
  EXPECT_EQ((*get())->metadata.token_endpoint, server_.issuer() + "/token");
  EXPECT_TRUE(knows("k1"));
  EXPECT_NE(published_.now(), nullptr);
  EXPECT_THAT(server_.requests("GET /.well-known/"), SizeIs(1));
  EXPECT_EQ(readings(), 1U);
}

TEST_F(PublishedTest, AnUnknownKeyIsLookedForOnceInAnInterval) {
  EXPECT_FALSE(knows("k2"));
  EXPECT_EQ(readings(), 1U);
  server_.publish({key().jwk(), next_.jwk()});
  clock_.set(kInstant + 29s);
  EXPECT_FALSE(knows("k2"));
  EXPECT_EQ(readings(), 1U);
  clock_.set(kInstant + 30s);
  EXPECT_TRUE(knows("k2"));
  EXPECT_TRUE(knows("k2"));
  EXPECT_FALSE(knows("k3"));
  EXPECT_EQ(readings(), 2U);
  EXPECT_THAT(server_.requests("GET /.well-known/"), SizeIs(1));
}

TEST_F(PublishedTest, IsReadAgainWhenItIsNoLongerFresh) {
  EXPECT_TRUE(knows("k1"));
  server_.publish({next_.jwk()});
  clock_.set(kInstant + 1h);
  EXPECT_TRUE(knows("k1"));  // nobody waits for the read that this starts
  clock_.set(kInstant + 1h + 30s);
  EXPECT_TRUE(knows("k2"));
  EXPECT_FALSE(knows("k1"));
}

TEST_F(PublishedTest, ServesWhileTheProviderFailsAndThenFailsClosed) {
  EXPECT_TRUE(knows("k1"));
  server_.answer("/jwks", 500, "");
  clock_.set(kInstant + 24h - 1ms);
  EXPECT_TRUE(knows("k1"));
  EXPECT_NE(published_.now(), nullptr);
  clock_.set(kInstant + 24h + 30s);
  EXPECT_EQ(published_.now(), nullptr);
  const auto known = get("k1");
  ASSERT_FALSE(known);
  EXPECT_EQ(known.error().code, FaultCode::kUnavailable);
  EXPECT_THAT(known.error().message, HasSubstr("Acme SSO cannot be reached: its keys came with the status 500."));
}

TEST_F(PublishedTest, OfNobodyWhoAnswersIsUnavailableAndAskedOnceInAnInterval) {
  server_.answer("/.well-known/openid-configuration", 404, "");
  for (int i = 0; i < 3; ++i) EXPECT_THAT(get().error().message, HasSubstr("its metadata came with the status 404."));
  EXPECT_THAT(server_.requests("GET /.well-known/"), SizeIs(1));
}

TEST_F(PublishedTest, OfAnotherIssuerOrWithAKeyTwiceIsRefused) {
  server_.publish({key().jwk(), access::TestKey::ec("k1").jwk()});
  EXPECT_THAT(get().error().message, HasSubstr("two of its keys have the same `kid`"));
  clock_.set(kInstant + 30s);
  server_.answer("/.well-known/openid-configuration", 200, R"({"issuer":"https://evil.example.com"})");
  EXPECT_THAT(get().error().message, HasSubstr("metadata names another issuer"));
}

TEST_F(PublishedTest, LargerThanTheLimitIsRefused) {
  server_.answer("/jwks", 200, std::string(64 * 1024 + 1, ' '));
  EXPECT_THAT(get().error().message, HasSubstr("keys are larger than 64 KiB"));
}

TEST_F(PublishedTest, ManyWhoWaitShareOneReading) {
  std::vector<std::shared_ptr<std::promise<bool>>> came;
  for (int i = 0; i < 20; ++i) {
    const auto each = came.emplace_back(std::make_shared<std::promise<bool>>());
    published_.get("k1", [each](const Result<PublishedBy::Known>& known) { each->set_value(known.has_value()); });
  }
  for (const auto& each : came) EXPECT_TRUE(each->get_future().get());
  EXPECT_EQ(readings(), 1U);
}

TEST(Published, OfAnAddressThatIsNotAdmittedIsNotAskedFor) {
  const ManualClock clock{kInstant};
  Server server;
  Provider provider = server.provider();
  provider.policy = std::make_shared<const egress::Policy>(egress::Policy{.admit_http = true});
  Calling calling(clock);
  PublishedBy published(provider, calling.calls, clock, {});
  const auto known = waited<Result<PublishedBy::Known>>([&](auto done) { published.get("", std::move(done)); });
  EXPECT_THAT(known.error().message, HasSubstr("must not resolve to a loopback address"));
  EXPECT_THAT(server.requests(""), SizeIs(0));
}

}  // namespace
}  // namespace beckon::oidc
