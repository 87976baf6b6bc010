#include "neighbours/append_messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intake/testing/world.h"
#include "neighbours/segment.h"

namespace beckon::neighbours {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

const Instant kStart = *parse_rfc3339("2026-11-29T12:00:00Z");

class AppendMessagesTest : public testing::Test {
 protected:
  Applied send(const std::string& messages, bool with_role = true, std::size_t most = 1'000) {
    auto batch = read_segment(*json::parse(R"({"batch":[)" + messages + "]}"), {});
    std::optional<Result<Applied>> answer;
    std::unique_ptr<commit::Work> work = std::make_unique<AppendMessages>(
        std::move(*batch),
        Sender{.tenant = *world.tenants.find("demo"), .with_role = with_role, .at_most_basic = false},
        AppendMessages::Allowance{.most = most, .beyond = Fault{.code = FaultCode::kRateLimited, .rate = RateState{}}},
        world.clock.now(), world.tokens, Trace{}, [&](Result<Applied> got) { answer = std::move(got); });
    EXPECT_TRUE(world.committer.submit(work));
    world.committer.turn(true);
    EXPECT_TRUE(answer && *answer);
    return std::move(**answer);
  }
  static std::string track(const std::string& id, const std::string& who, const std::string& more = "") {
    return R"({"type":"track","event":"e","messageId":")" + id + R"(",)" + who + more + "}";
  }
  std::vector<std::string> ids_of(const std::string& session) {
    std::vector<std::string> ids;
    const auto known = world.session(session);
    for (std::size_t i = 0; known && i < known->window.size(); ++i) ids.emplace_back(known->window[i].metadata);
    return ids;
  }
  std::size_t count(const std::string& session) {
    const auto known = world.session(session);
    return known ? known->window.size() : 0;
  }

  store::MemoryStore store;
  intake::World world{store, kStart};
};

const std::string kAnna = R"("anonymousId":"a1","userId":"anna")", kBen = R"("anonymousId":"a1","userId":"ben")";

TEST_F(AppendMessagesTest, StoresAllAndASecondTimeNothing) {
  const std::string all = track("1", kAnna) + "," + track("2", kAnna) + "," + track("3", R"("userId":"carl")");
  const Applied first = send(all), second = send(all);
  EXPECT_EQ(first.accepted, 3u);
  EXPECT_THAT(first.rejected, IsEmpty());
  EXPECT_EQ(second.accepted, 0u);
  EXPECT_EQ(second.duplicates, 3u);
  EXPECT_EQ(count("sg:a1"), 2u);
  EXPECT_EQ(count("sg:u:carl"), 1u);
}

TEST_F(AppendMessagesTest, ABadMessageCostsNoOther) {
  const Applied applied = send(track("1", kAnna) + R"(,{"type":"track","event":"","userId":"u","messageId":"bad"},7,)" +
                               track("2", R"("properties":{})") + "," + track("3", kAnna));
  EXPECT_EQ(applied.accepted, 2u);
  ASSERT_EQ(applied.rejected.size(), 3u);
  EXPECT_EQ(applied.rejected[0].index, 1u);
  EXPECT_EQ(applied.rejected[0].id, "bad");
  EXPECT_EQ(applied.rejected[0].issue, "event must be a text that is not empty");
  EXPECT_EQ(applied.rejected[1].issue, "message must be an object");
  EXPECT_EQ(applied.rejected[2].issue, "userId is required, or an anonymousId");
}

TEST_F(AppendMessagesTest, StoresInTheOrderOfTheInstants) {
  send(track("1", kAnna, R"(,"timestamp":"2026-11-29T11:59:00.5Z","properties":{"n":2})") + "," +
       track("2", kAnna, R"(,"timestamp":"2026-11-29T11:58:00.5Z","properties":{"n":1})"));
  EXPECT_THAT(ids_of("sg:a1"), ElementsAre(R"({"event":"e","n":1})", R"({"event":"e","n":2})"));
  EXPECT_EQ(world.session("sg:a1")->window[0].version, 1u);
}

TEST_F(AppendMessagesTest, WhatIsOlderThanTheRetentionIsRejected) {
  const Applied applied = send(track("1", kAnna, R"(,"timestamp":"2026-01-01T00:00:00Z")") + "," +
                               track("2", kAnna, R"(,"timestamp":"2027-01-01T00:00:00Z")"));
  EXPECT_EQ(applied.accepted, 1u);
  EXPECT_EQ(applied.rejected[0].issue, "timestamp is older than the retention of 30d");
  EXPECT_EQ(world.session("sg:a1")->window[0].at, kStart);
}

TEST_F(AppendMessagesTest, AnotherVisitorOfTheBrowserGetsASessionOfTheirOwn) {
  const Applied applied = send(track("1", kAnna) + "," + track("2", kBen) + "," + track("3", kAnna));
  EXPECT_EQ(applied.accepted, 3u);
  EXPECT_EQ(count("sg:a1"), 2u);
  const std::string other = "sg:a1." + to_hex(sha256("ben")).substr(0, 8);
  EXPECT_EQ(world.session(other)->visitor.view(), "ben");
  EXPECT_EQ(send(track("2", kBen)).duplicates, 1u);
}

TEST_F(AppendMessagesTest, OnlyAVisitorIsInTheirNewestSessionOfTheLastHalfHour) {
  send(track("1", kAnna));
  world.clock.set(kStart + 29min);
  send(track("2", R"("userId":"anna")"));
  EXPECT_EQ(count("sg:a1"), 2u);
  world.clock.set(kStart + 60min);
  send(track("3", R"("userId":"anna")"));
  EXPECT_EQ(count("sg:a1"), 2u);
  EXPECT_EQ(count("sg:u:anna"), 1u);
}

TEST_F(AppendMessagesTest, AMessageThatIsSentAgainFindsItsSessionThoughTheVisitorHasANewerOne) {
  send(track("1", R"("userId":"anna")") + "," + track("2", R"("userId":"anna")"));
  world.clock.set(kStart + 1min);
  send(track("3", kAnna));
  const Applied again = send(track("1", R"("userId":"anna")") + "," + track("2", R"("userId":"anna")") + "," +
                             track("4", R"("userId":"anna")"));
  EXPECT_EQ(again.duplicates, 2u);
  EXPECT_EQ(again.accepted, 1u);
  EXPECT_EQ(count("sg:a1"), 2u);
  EXPECT_EQ(count("sg:u:anna"), 2u);
}

TEST_F(AppendMessagesTest, WhoeverKnowsOnlyAVisitorsIdWritesIntoNoneOfTheirSessions) {
  send(track("1", kAnna));
  send(track("2", R"("userId":"anna")"), false);
  send(track("3", R"("userId":"anna")"));
  EXPECT_EQ(count("sg:a1"), 2u);
  EXPECT_EQ(count("sg:u:anna"), 0u);
  EXPECT_EQ(count("sg:w:anna"), 1u);
}

TEST_F(AppendMessagesTest, ASessionThatHasTheMessageIsFoundHoweverOldItIs) {
  send(track("1", kAnna));
  send(track("2", R"("userId":"anna")"));
  world.clock.set(kStart + 3h);
  EXPECT_EQ(send(track("2", R"("userId":"anna")")).duplicates, 1u);
  EXPECT_EQ(count("sg:a1"), 2u);
}

TEST_F(AppendMessagesTest, WhoItWasDoesNotDependOnTheOrderOfArrival) {
  const std::string page = R"({"type":"page","messageId":"p","anonymousId":"ORDER"})";
  const std::string identify =
      R"({"type":"identify","messageId":"i","anonymousId":"ORDER","userId":"dora","traits":{"n":1}})";
  const std::string seen = R"({"type":"track","event":"e","messageId":"t","userId":"dora"})";
  std::vector<std::string> all{page, identify, seen};
  std::ranges::sort(all);
  int order = 0;
  do {
    const std::string browser = "b" + std::to_string(++order), visitor = "dora" + std::to_string(order);
    for (std::string one : all) {
      for (const auto& [from, to] : {std::pair{std::string("ORDER"), browser}, {std::string("dora"), visitor}})
        if (const auto at = one.find(from); at != std::string::npos) one.replace(at, from.size(), to);
      EXPECT_EQ(send(one).accepted, 1u);
    }
    EXPECT_EQ(world.session("sg:" + browser)->visitor.view(), visitor);
    const Handle demo{"demo"};  // referenced by a reader
    const auto sessions = commit::reader_of(world.sessions, demo, world.clock.now()).sessions(VisitorId{visitor});
    std::size_t signals = 0;
    ASSERT_TRUE(sessions);
    for (const auto& session : *sessions) signals += session->window.size();
    EXPECT_EQ(signals, 3u);
  } while (std::ranges::next_permutation(all).found);
  EXPECT_EQ(order, 6);
}

TEST_F(AppendMessagesTest, TraitsAreTheVisitorsAndOneThatIsRefusedIsNamed) {
  const Applied applied = send(R"({"type":"identify","messageId":"i","userId":"anna","traits":{"plan":"pro","9":1}})");
  EXPECT_EQ(applied.accepted, 1u);
  ASSERT_EQ(applied.rejected.size(), 1u);
  EXPECT_FALSE(applied.rejected[0].code);
  EXPECT_TRUE(applied.rejected[0].issue.starts_with("traits.9 must be named"));
  const Applied page = send(R"({"type":"identify","messageId":"j","userId":"anna","traits":{"plan":"free"}})", false);
  EXPECT_EQ(page.rejected[0].issue, "traits.plan is not public, and the request has no proof of who it is");
}

TEST_F(AppendMessagesTest, StoresWhatFitsAndTheRestWhenItIsSentAgain) {
  std::string all;
  for (int i = 0; i < 10; ++i) all += (i ? "," : "") + track(std::to_string(i), kAnna);
  const Applied first = send(all, true, 4), second = send(all, true, 4), third = send(all, true, 4);
  EXPECT_EQ(first.accepted, 4u);
  EXPECT_TRUE(first.again);
  EXPECT_EQ(second.accepted, 4u);
  EXPECT_EQ(second.duplicates, 4u);
  EXPECT_TRUE(second.again);
  EXPECT_EQ(third.accepted, 2u);
  EXPECT_EQ(third.duplicates, 8u);
  EXPECT_FALSE(third.again);
}

TEST_F(AppendMessagesTest, ASessionAtItsLimitTakesWhatFits) {
  commit::HandleSettings settings;
  settings.session_signals_per_minute = 3;
  world.tenant(settings);
  std::string all;
  for (int i = 0; i < 5; ++i) all += (i ? "," : "") + track(std::to_string(i), kAnna);
  const Applied first = send(all + "," + track("x", R"("userId":"carl")"));
  EXPECT_EQ(first.accepted, 4u);
  EXPECT_EQ(first.again->rate->reset, 60s);
  world.clock.set(kStart + 61s);
  const Applied second = send(all);
  EXPECT_EQ(second.accepted, 2u);
  EXPECT_EQ(second.duplicates, 3u);
  EXPECT_FALSE(second.again);
}

TEST_F(AppendMessagesTest, ADeniedSessionTakesNothing) {
  world.append(R"({"sessionId":"sg:a1","consent":"denied","signals":[{"type":"v"}]})");
  const Applied applied = send(track("1", kAnna) + "," + track("2", R"("userId":"carl")"));
  EXPECT_EQ(applied.denied, 1u);
  EXPECT_EQ(applied.accepted, 1u);
}

TEST_F(AppendMessagesTest, ARefusedCategoryIsAConsentWhereTheHandleSaysSo) {
  commit::HandleSettings settings;
  settings.consent_categories = {{"Ads", ledger::Consent::kBasic}, {"All", ledger::Consent::kDenied}};
  world.tenant(settings);
  const auto with = [&](const std::string& id, const std::string& categories) {
    return send(track(id, kAnna, R"(,"context":{"consent":{"categoryPreferences":{)" + categories + "}}}"));
  };
  with("1", R"("Other":false)");
  EXPECT_EQ(world.session("sg:a1")->consent, ledger::Consent::kFull);
  with("2", R"("Ads":false,"All":true)");
  EXPECT_EQ(world.session("sg:a1")->consent, ledger::Consent::kBasic);
  with("3", R"("Ads":true)");
  EXPECT_EQ(world.session("sg:a1")->consent, ledger::Consent::kFull);
  EXPECT_EQ(with("4", R"("Ads":true,"All":false)").denied, 1u);
  EXPECT_EQ(world.session("sg:a1"), nullptr);
}

TEST_F(AppendMessagesTest, AllThatWereRejectedAreCountedAndSoManyAreNamed) {
  std::string all;
  for (int i = 0; i < 230; ++i) all += (i ? "," : "") + std::string("7");
  const Applied applied = send(all);
  EXPECT_EQ(applied.refused, 230u);
  EXPECT_EQ(applied.rejected.size(), kRefusalsKept);
}

TEST_F(AppendMessagesTest, SaysWhichMessagesWereStoredWhereAndWhatOfThemWasCut) {
  const std::string large = R"(,"properties":{"n":1,"text":")" + std::string(3'000, 'x') + "\"}";
  send(track("1", kAnna));
  const Applied applied = send(track("1", kAnna) + "," + track("2", kAnna, large) + "," + track("3", kBen) + "," +
                               track("1", kAnna) + ",7");
  EXPECT_EQ(applied.accepted, 2u);
  EXPECT_EQ(applied.duplicates, 2u);
  EXPECT_EQ(applied.cut, 1u);
  ASSERT_EQ(applied.arrivals.size(), 2u);
  EXPECT_EQ(applied.arrivals[0].type, "e");
  EXPECT_EQ(applied.arrivals[0].session, "sg:a1");
  EXPECT_THAT(applied.arrivals[0].cut, ElementsAre("text"));
  EXPECT_TRUE(applied.arrivals[1].session.starts_with("sg:a1."));
  EXPECT_THAT(applied.arrivals[1].cut, IsEmpty());
}

TEST_F(AppendMessagesTest, OfALargeBatchTheLastThatWereStoredAreSaid) {
  std::string all;
  for (int i = 0; i < 60; ++i) all += (i ? "," : "") + track(std::to_string(i), kAnna);
  EXPECT_EQ(send(all).arrivals.size(), kArrivalsKept);
}

TEST_F(AppendMessagesTest, AnIdThatNamesNobodyIsWarnedOf) {
  const Applied applied =
      send(track("1", R"("userId":"null")") + "," + track("2", R"("userId":"null","anonymousId":"a2")"));
  EXPECT_EQ(applied.accepted, 1u);
  EXPECT_THAT(applied.warnings, ElementsAre(decision::kVisitorIdBlocked));
  EXPECT_EQ(applied.rejected[0].issue, "userId names nobody here, and there is no anonymousId");
}

}  // namespace
}  // namespace beckon::neighbours
