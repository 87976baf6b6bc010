#include "intake/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intake/testing/world.h"

namespace beckon::intake {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr Instant kNow = instant_ms(1'700'000'000'000);

class ImportedHistory : public testing::Test {
 protected:
  Result<Imported> import(std::string body) {
    auto request = parse_import(*json::parse(std::move(body)), world.tenants, "demo", world.clock.now());
    if (!request) return unexpected(request.error());
    std::optional<Result<Imported>> answer;
    std::unique_ptr<commit::Work> work =
        std::make_unique<Import>(std::move(*request), [&](const auto& got) { answer = got; });
    world.committer.submit(work);
    world.committer.turn(true);
    return *answer;
  }
  // An entry of session s, `minutes_ago`.
  static std::string entry(int minutes_ago, const std::string& id, const std::string& more = "",
                           const std::string& session = "s") {
    return R"({"sessionId":")" + session + R"(","type":"view","id":")" + id + R"(","at":)" +
           std::to_string(to_ms(kNow - std::chrono::minutes{minutes_ago})) + more + "}";
  }
  static std::string body(std::initializer_list<std::string> entries) {
    std::string all;
    for (const std::string& one : entries) all += (all.empty() ? "" : ",") + one;
    return R"({"signals":[)" + all + "]}";
  }
  std::vector<std::string> faults(std::string text) {
    std::vector<std::string> fields;
    const auto refused = import(std::move(text));
    for (const auto& issue : refused.error().details) fields.push_back(issue.field);
    return fields;
  }

  store::MemoryStore store;
  World world{store, kNow};
};

TEST_F(ImportedHistory, IsRefusedForASessionThatClientsCannotNameInAPath) {
  EXPECT_THAT(faults(body({entry(9, "a", "", "."), entry(8, "b"), entry(7, "c", "", "..")})),
              ElementsAre("signals[0].sessionId", "signals[2].sessionId"));
}

TEST_F(ImportedHistory, IsStoredAsIfItHadComeInAtItsOwnInstants) {
  const auto imported = import(
      body({entry(60, "a", R"(,"visitorId":"v","context":{"page":"/x"},"metadata":{"amount":5})"), entry(30, "b")}));
  EXPECT_EQ(imported->accepted, 2u);
  const auto session = world.session("s");
  EXPECT_EQ(session->version, 2u);
  EXPECT_EQ(session->created, kNow - 60min);
  EXPECT_EQ(session->last_received, kNow - 30min);
  EXPECT_EQ(session->expires_at, kNow - 30min + commit::HandleSettings{}.retention);
  EXPECT_EQ(session->visitor.text, "v");
  EXPECT_EQ(session->window[0].received, kNow - 60min);
  EXPECT_EQ(session->window[0].metadata, R"({"amount":5})");
}

TEST_F(ImportedHistory, IsNotLimitedByTheMinute) {
  commit::HandleSettings settings;
  settings.session_signals_per_minute = 1;
  world.tenant(settings);
  EXPECT_EQ(import(body({entry(1, "a"), entry(1, "b"), entry(1, "c")}))->accepted, 3u);
}

TEST_F(ImportedHistory, IsStoredOnceHoweverOftenItIsSent) {
  EXPECT_EQ(import(body({entry(2, "a"), entry(1, "b"), entry(1, "b")}))->duplicates, 1u);
  const auto again = import(body({entry(2, "a"), entry(1, "b")}));
  EXPECT_EQ(again->accepted, 0u);
  EXPECT_EQ(again->duplicates, 2u);
}

TEST_F(ImportedHistory, BeyondTheRetentionIsCountedAndLeftOut) {
  const auto days = [](int n) { return n * 24 * 60; };
  const auto imported = import(body({entry(days(31), "a"), entry(days(30), "b"), entry(days(30) - 1, "c")}));
  EXPECT_EQ(imported->beyond_retention, 2u);
  EXPECT_EQ(imported->accepted, 1u);
}

TEST_F(ImportedHistory, PublishesNothing) {
  commit::Batch batch{.at = kNow};
  outbox::Subscription all{.id = SubscriptionId{"whs_1"},
                           .handle = Handle{"demo"},
                           .endpoint_url = "https://a.example/",
                           .event_types = {"*"}};
  batch.changes.emplace_back(all);
  ASSERT_TRUE(world.commit.write(batch));
  world.subscriptions.load(*store.outbox().subscriptions());
  import(body({entry(1, "a")}));
  EXPECT_EQ(store.outbox().backlog()->queued, 0u);
  world.append(R"({"sessionId":"s","signals":[{"type":"view"}]})");
  EXPECT_EQ(store.outbox().backlog()->queued, 1u);
}

TEST_F(ImportedHistory, TakesItsPlaceInALiveSessionAndChangesNothingThatIsNewer) {
  world.append(R"({"sessionId":"s","signals":[{"type":"view"}],"context":{"page":"/now"}})");
  const auto before = world.session("s");
  import(body({entry(30, "a", R"(,"context":{"page":"/then"})")}));
  const auto session = world.session("s");
  EXPECT_EQ(session->context, before->context);
  EXPECT_EQ(session->expires_at, before->expires_at);
  EXPECT_EQ(session->last_received, kNow);
  EXPECT_EQ(session->window[0].version, 2u);
}

TEST_F(ImportedHistory, OfASessionThatDeniedConsentIsLeftOut) {
  world.append(R"({"sessionId":"s","signals":[{"type":"view"}],"consent":"denied"})");
  const auto imported = import(body({entry(1, "a"), entry(1, "b", "", "other")}));
  EXPECT_EQ(imported->denied, 1u);
  EXPECT_EQ(imported->accepted, 1u);
  EXPECT_EQ(world.session("s"), nullptr);
}

TEST_F(ImportedHistory, OfBasicConsentLosesMetadataAndVisitorAndLivesADay) {
  commit::HandleSettings settings;
  settings.default_consent = ledger::Consent::kBasic;
  world.tenant(settings);
  const std::string more = R"(,"visitorId":"v","metadata":{"a":1})";
  EXPECT_EQ(import(body({entry(25 * 60, "a", more), entry(60, "b", more)}))->beyond_retention, 1u);
  const auto session = world.session("s");
  EXPECT_TRUE(session->visitor.empty());
  EXPECT_TRUE(session->window[0].metadata.empty());
  EXPECT_EQ(session->expires_at, kNow + 23h);
}

TEST_F(ImportedHistory, IsThereAfterARestart) {
  import(body({entry(2, "a"), entry(1, "b", "", "other")}));
  World again(store, kNow);
  EXPECT_EQ(again.session("s")->created, kNow - 2min);
  EXPECT_EQ(again.session("other")->version, 1u);
}

TEST_F(ImportedHistory, IsNotThereWhereTheDiskWasFull) {
  world.commit.next = commit::CommitFault::kFull;
  EXPECT_EQ(import(body({entry(2, "a")})).error().code, FaultCode::kUnavailable);
  EXPECT_EQ(world.session("s"), nullptr);
}

TEST_F(ImportedHistory, IsRefusedWholeWithEveryFault) {
  EXPECT_THAT(faults("{}"), ElementsAre("signals"));
  EXPECT_THAT(faults(R"({"signals":[],"handle":"x"})"), ElementsAre("handle", "signals"));
  EXPECT_THAT(faults(body({entry(1, "a"),
                           R"({"sessionId":"a b","type":"view","visitorId":5,"context":[],"confidence":2})", "7"})),
              ElementsAre("signals[1].confidence", "signals[1].sessionId", "signals[1].visitorId", "signals[1].context",
                          "signals[1].at", "signals[1].id", "signals[2]"));
  EXPECT_THAT(faults(body({entry(-6, "a")})), ElementsAre("signals[0].at"));
  EXPECT_EQ(world.session("s"), nullptr);
}

TEST_F(ImportedHistory, BringsNoMoreContextThanASessionMayHave) {
  const auto keys = [](int from, int to) {
    std::string all;
    for (int i = from; i < to; ++i) all += (all.empty() ? "\"k" : ",\"k") + std::to_string(i) + "\":\"v\"";
    return ",\"context\":{" + all + "}";
  };
  ASSERT_TRUE(import(body({entry(9, "a", keys(0, 30))})));
  EXPECT_THAT(faults(body({entry(8, "b", keys(10, 40)), entry(7, "c", keys(40, 64)), entry(6, "d", keys(64, 67)),
                           entry(6, "e", keys(64, 67), "other")})),
              ElementsAre("signals[2].context"));
  EXPECT_EQ(world.session("s")->version, 1u);
  EXPECT_EQ(world.session("other"), nullptr);
  // Entries older than the session's newest, and duplicates, do not change its context.
  EXPECT_TRUE(import(body({entry(8, "b", keys(30, 60)), entry(7, "c", keys(60, 64)), entry(60, "f", keys(70, 90)),
                           entry(7, "c", keys(90, 99)), entry(6, "g", R"(,"context":{"k7":null,"one":"more"})")})));
  EXPECT_EQ(world.session("s")->context.size(), 64u);
}

TEST_F(ImportedHistory, BringsNoMoreBytesOfContextThanASessionMayHave) {
  const auto keys = [](char first, std::size_t length) {
    std::string all;
    for (int i = 0; i < 32; ++i)
      all += (i == 0 ? "\"" : ",\"") + std::string(1, first) + std::to_string(i) + "\":\"" + std::string(length, 'x') +
             "\"";
    return ",\"context\":{" + all + "}";
  };
  ASSERT_TRUE(import(body({entry(9, "a", keys('a', 256)), entry(8, "b", keys('b', 240))})));
  EXPECT_THAT(faults(body({entry(7, "c", keys('b', 256))})), ElementsAre("signals[0].context"));
  EXPECT_TRUE(import(body({entry(7, "c", keys('b', 250))})));
}

TEST_F(ImportedHistory, TakesIdsOfAnyFormAndNoneThatNamesNobody) {
  const auto imported = import(
      body({entry(9, "a", R"(,"visitorId":" gid://shopify/Customer/7 ")", "one"),
            entry(8, "b", R"(,"visitorId":"Guest")", "two"), entry(7, "c", R"(,"visitorId":"undefined")", "three")}));
  EXPECT_EQ(imported->accepted, 3u);
  EXPECT_THAT(imported->warnings, ElementsAre("visitor_id_blocked"));
  EXPECT_EQ(world.session("one")->visitor.text, "gid://shopify/Customer/7");
  EXPECT_TRUE(world.session("two")->visitor.empty());
  EXPECT_THAT(faults(body({entry(1, "d", R"(,"visitorId":"a\tb","anonymousId":"")")})),
              ElementsAre("signals[0].visitorId", "signals[0].anonymousId"));
}

}  // namespace
}  // namespace beckon::intake
