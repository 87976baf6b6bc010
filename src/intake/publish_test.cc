// Custom events.
#include "intake/publish.h"

#include <gtest/gtest.h>

#include "intake/testing/world.h"

namespace beckon::intake {
namespace {

const Instant kNow = *parse_rfc3339("2026-11-01T12:00:00Z");

class Publishing : public testing::Test {
 protected:
  void submit(std::string body) {
    auto request = parse_publish(json::parse(std::move(body))->root(), *world.tenants.find("demo"), "op@example.com");
    ASSERT_TRUE(request);
    std::unique_ptr<commit::Work> work = std::make_unique<Publish>(std::move(*request), store.outbox(),
                                                                   [this](const auto& got) { answers.push_back(got); });
    world.committer.submit(work);
  }
  Result<EventId> publish(std::string body) {
    submit(std::move(body));
    world.committer.turn(false);
    return answers.back();
  }
  void subscribe(std::vector<std::string> types) {
    const outbox::Subscription made{
        .id = SubscriptionId{"whs_1"}, .handle = Handle{"demo"}, .event_types = std::move(types)};
    ASSERT_TRUE(store.commit().write({.at = kNow, .changes = {made}}));
    world.subscriptions.put(std::make_shared<const outbox::Subscription>(made));
  }
  outbox::Event event(const EventId& id) { return store.outbox().event(Handle{"demo"}, id)->value(); }
  std::vector<std::string> faults(std::string body) {
    const auto request = parse_publish(json::parse(std::move(body))->root(), *world.tenants.find("demo"), "op");
    std::vector<std::string> fields;
    if (!request)
      for (const FieldIssue& issue : request.error().details) fields.push_back(issue.field);
    return fields;
  }

  store::MemoryStore store;
  World world{store, kNow};
  std::vector<Result<EventId>> answers;
};

TEST_F(Publishing, OwesADeliveryToWhoWantsIt) {
  subscribe({"order.*"});
  const auto id = publish(R"({"type":"order.paid","payload":{ "a" : 1 }})");
  ASSERT_TRUE(id);
  EXPECT_EQ(event(*id).body,
            R"({"id":")" + id->text +
                R"(","type":"order.paid","handle":"demo","occurredAt":"2026-11-01T12:00:00Z","payload":{"a":1}})");
  EXPECT_EQ(event(*id).cause, R"({"published":{"by":"op@example.com"}})");
  EXPECT_FALSE(event(*id).unmatched);
  EXPECT_EQ(store.outbox().deliveries_of(Handle{"demo"}, *id)->size(), 1u);
}

TEST_F(Publishing, IsKeptAsUnmatchedWhereNobodyWantsIt) {
  subscribe({"something.else"});
  const auto id = publish(R"({"type":"order.paid","payload":{}})");
  EXPECT_TRUE(event(*id).unmatched);
  EXPECT_TRUE(store.outbox().deliveries_of(Handle{"demo"}, *id)->empty());
}

TEST_F(Publishing, TheSameIdWithTheSameContentIsTheSameEventAlsoAfterARestart) {
  subscribe({"*"});
  const auto first = publish(R"({"type":"a","payload":{"x":1},"id":"n-1"})");
  world.clock.advance(std::chrono::hours{1});
  EXPECT_EQ(*publish(R"({"id":"n-1","payload": {"x":1},"type":"a"})"), *first);
  World again(store, kNow);
  std::optional<Result<EventId>> answer;
  std::unique_ptr<commit::Work> work =
      std::make_unique<Publish>(*parse_publish(json::parse(R"({"type":"a","payload":{"x":1},"id":"n-1"})")->root(),
                                               *again.tenants.find("demo"), "other"),
                                store.outbox(), [&](const auto& got) { answer = got; });
  again.committer.submit(work);
  again.committer.turn(false);
  EXPECT_EQ(**answer, *first);
  EXPECT_EQ(store.outbox().deliveries_of(Handle{"demo"}, *first)->size(), 1u);
}

TEST_F(Publishing, TheSameIdWithOtherContentIsAConflictAlsoWithinOneCommit) {
  subscribe({"*"});
  submit(R"({"type":"a","payload":{"x":1},"id":"n-1"})");
  submit(R"({"type":"a","payload":{"x":2},"id":"n-1"})");
  submit(R"({"type":"a","payload":{"x":1},"id":"n-1"})");
  world.committer.turn(false);
  ASSERT_EQ(answers.size(), 3u);
  EXPECT_EQ(answers[1].error().code, FaultCode::kConflict);
  EXPECT_EQ(*answers[2], *answers[0]);
  EXPECT_EQ(publish(R"({"type":"b","payload":{"x":1},"id":"n-1"})").error().code, FaultCode::kConflict);
  EXPECT_EQ(store.outbox().deliveries_of(Handle{"demo"}, *answers[0])->size(), 1u);
  EXPECT_EQ(event(*answers[0]).body.find("\"x\":2"), std::string::npos);
}

TEST_F(Publishing, OneThatWasNotStoredCanBePublishedAgain) {
  subscribe({"*"});
  world.commit.next = commit::CommitFault::kFull;
  EXPECT_EQ(publish(R"({"type":"a","payload":{},"id":"n-1"})").error().code, FaultCode::kUnavailable);
  const auto id = publish(R"({"type":"a","payload":{},"id":"n-1"})");
  ASSERT_TRUE(id);
  EXPECT_EQ(store.outbox().deliveries_of(Handle{"demo"}, *id)->size(), 1u);
}

TEST_F(Publishing, NamesEveryFaultAtOnce) {
  using Fields = std::vector<std::string>;
  EXPECT_EQ(faults("{}"), (Fields{"type", "payload"}));
  EXPECT_EQ(faults(R"({"type":5,"payload":[],"id":""})"), (Fields{"type", "payload", "id"}));
  for (const char* type : {"signal.x", "chain.x", "webhook.test", "link.clicked", ".a", "a b", ""})
    EXPECT_EQ(faults(R"({"payload":{},"type":")" + std::string(type) + R"("})"), Fields{"type"}) << type;
  for (const char* type : {"signal", "chained.x", "link.clicked.twice", "a:b_c-d.E"})
    EXPECT_EQ(faults(R"({"payload":{},"type":")" + std::string(type) + R"("})"), Fields{}) << type;
  EXPECT_EQ(faults(R"({"type":"a","payload":{},"id":")" + std::string(65, 'x') + R"("})"), Fields{"id"});
}

}  // namespace
}  // namespace beckon::intake
