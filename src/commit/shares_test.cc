// How handles share the committer: its queue and its commits; and its behavior on a full disk.
#include <gtest/gtest.h>

#include "intake/testing/world.h"

namespace beckon::commit {
namespace {

using Names = std::vector<std::string>;

struct Shares : testing::Test {
  // Reports when it is planned; adds `size` bytes.
  struct Told final : Work {
    Told(Shares& test, std::string called, Line* of, std::size_t size)
        : shares(test), name(std::move(called)), own(of), brings(size) {}
    void plan(Draft&) override { shares.planned.push_back(name); }
    void finish(const std::optional<Fault>& fault) override { EXPECT_FALSE(fault); }
    Line* line() const override { return own; }
    std::size_t bytes() const override { return brings; }
    Shares& shares;
    const std::string name;
    Line* const own;
    const std::size_t brings;
  };

  void start(Committer::Options options) {
    committer = std::make_unique<Committer>(world.commit, world.places, world.clock, options, [] {});
  }
  bool submit(const std::string& name, Line* line, std::size_t bytes = 0) {
    std::unique_ptr<Work> work = std::make_unique<Told>(*this, name, line, bytes);
    return committer->submit(work);
  }
  Names turn() {
    planned.clear();
    committer->turn(true);
    return planned;
  }

  store::MemoryStore store;
  intake::World world{store, *parse_rfc3339("2026-11-09T08:30:00Z")};
  std::unique_ptr<Committer> committer;
  Line busy, quiet, third;
  Names planned;
};

TEST_F(Shares, AHandleWithALongQueueLeavesTheOthersTheirPartOfEachCommit) {
  start({.batch = 4});
  for (const char* name : {"b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8"}) submit(name, &busy);
  submit("q1", &quiet);
  submit("t1", &third);
  submit("q2", &quiet);
  EXPECT_EQ(turn(), (Names{"b1", "b2", "q1", "t1"}));
  EXPECT_EQ(turn(), (Names{"b3", "b4", "b5", "q2"})) << "what others leave is its own";
  EXPECT_EQ(turn(), (Names{"b6", "b7", "b8"}));
  EXPECT_EQ(busy.works, 0u);
  EXPECT_EQ(busy.bytes, 0u);
}

TEST_F(Shares, LargeBodiesCountByTheirBytes) {
  start({.batch_bytes = 100'000});
  for (const char* name : {"large1", "large2", "large3"}) submit(name, &busy, 70'000);
  for (const char* name : {"small1", "small2", "small3"}) submit(name, &quiet, 900);
  EXPECT_EQ(turn(), (Names{"large1", "small1", "small2", "small3"}));
  EXPECT_EQ(turn(), (Names{"large2"}));
  submit("huge", &busy, 5'000'000);
  EXPECT_EQ(turn(), (Names{"large3"}));
  EXPECT_EQ(turn(), (Names{"huge"})) << "a single one may be larger than a commit";
}

TEST_F(Shares, WhoWasAloneBeforeDoesNotWaitForItLater) {
  start({.batch = 2});
  for (const char* name : {"b1", "b2", "b3", "b4"}) submit(name, &busy);
  EXPECT_EQ(turn(), (Names{"b1", "b2"}));
  EXPECT_EQ(turn(), (Names{"b3", "b4"}));
  for (const char* name : {"q1", "q2", "q3", "q4"}) submit(name, &quiet);
  submit("b5", &busy);
  EXPECT_EQ(turn(), (Names{"q1", "q2"}));
  EXPECT_EQ(turn(), (Names{"q3", "b5"}));
}

TEST_F(Shares, WhatBelongsToNoHandleComesFirst) {
  start({.batch = 2});
  for (const char* name : {"b1", "b2", "b3"}) submit(name, &busy);
  submit("result1", nullptr);
  submit("result2", nullptr);
  EXPECT_EQ(turn(), (Names{"b1", "result1"}));
  EXPECT_EQ(turn(), (Names{"b2", "result2"}));
}

TEST_F(Shares, AHandleHasItsShareOfTheQueueAndItIsCounted) {
  start({.queue = 8, .queue_per_line = 3, .line_bytes = 10'000, .batch = 2});
  for (const char* name : {"b1", "b2", "b3"}) EXPECT_TRUE(submit(name, &busy));
  EXPECT_FALSE(submit("b4", &busy));
  EXPECT_TRUE(submit("large", &third, 50'000)) << "one is taken, however large";
  EXPECT_FALSE(submit("small", &third, 10));
  EXPECT_EQ(committer->counts().refused_of_line.load(), 2u);
  for (const char* name : {"q1", "q2", "q3"}) EXPECT_TRUE(submit(name, &quiet));
  EXPECT_TRUE(submit("result", nullptr));
  EXPECT_FALSE(submit("result", nullptr)) << "all is taken";
  EXPECT_EQ(committer->counts().refused.load(), 1u);
  turn();
  EXPECT_TRUE(submit("b5", &busy)) << "there is room again";
}

TEST_F(Shares, RecordsThatNobodyWaitsForHaveAShareToo) {
  start({.late_bytes = 100});
  const std::string record(20, '\0');
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(committer->record_late(record, busy));
  EXPECT_FALSE(committer->record_late(record, busy));
  EXPECT_TRUE(committer->record_late(record, quiet));
  EXPECT_EQ(committer->counts().refused_of_line.load(), 1u);
}

TEST_F(Shares, AllVersionsOfATenantShareOneLine) {
  const TenantPtr before = world.tenants.known("demo");
  const TenantPtr after = *with_rules(*before, {});
  EXPECT_EQ(after->line, before->line);
}

TEST(SharesOfMemory, SessionsOfTheHandleThatUsesMoreThanItsPartLeaveFirst) {
  store::MemoryStore store;
  intake::World world(store, *parse_rfc3339("2026-11-09T08:30:00Z"), 1 << 20);
  world.tenants.put(
      std::make_shared<const Tenant>(Tenant{.handle = Handle{"small"}, .rules = world.tenants.known("demo")->rules}));
  const auto append = [&](const char* handle, const std::string& session) {
    auto request = intake::parse_append(
        *json::parse(R"({"sessionId":")" + session + R"(","signals":[{"type":"search","signalValue":"boots"}]})"),
        world.tenants, handle, world.clock.now());
    std::unique_ptr<Work> work = std::make_unique<intake::Append>(
        std::move(*request), world.tokens, [](const auto&, const auto& answer) { EXPECT_TRUE(answer); });
    EXPECT_TRUE(world.committer.submit(work));
    world.committer.turn(true);
  };
  const auto in_memory = [&](const char* handle, const std::string& session) {
    return world.sessions.in_memory(world.sessions.digest(handle, session)) != nullptr;
  };
  for (int i = 0; i < 20; ++i) append("small", "few-" + std::to_string(i));
  for (int i = 0; i < 3000; ++i) append("demo", "many-" + std::to_string(i));
  while (world.sessions.excess() > 0) world.committer.turn(true);
  int few = 0, many = 0;
  for (int i = 0; i < 20; ++i) few += in_memory("small", "few-" + std::to_string(i));
  for (int i = 0; i < 3000; ++i) many += in_memory("demo", "many-" + std::to_string(i));
  EXPECT_EQ(few, 20) << "though they are the oldest";
  EXPECT_LT(many, 2500);
  EXPECT_GT(many, 0);
}

TEST_F(Shares, AFullDiskIsToldUntilThereIsSpaceEvenIfNobodyWrites) {
  EXPECT_FALSE(world.committer.full());
  const std::string body = R"({"sessionId":"full-1","signals":[{"type":"search"}]})";
  world.commit.room = false;
  world.commit.next = CommitFault::kFull;
  EXPECT_FALSE(world.append(body));
  EXPECT_TRUE(world.committer.full());
  world.clock.advance(Duration{5000});
  world.committer.turn(false);
  EXPECT_TRUE(world.committer.full()) << "there is none yet";
  world.commit.room = true;
  world.clock.advance(Duration{5000});
  world.committer.turn(false);
  EXPECT_FALSE(world.committer.full());

  world.commit.room = false;
  world.commit.next = CommitFault::kFull;
  EXPECT_FALSE(world.append(body));
  EXPECT_TRUE(world.append(body)) << "it is tried each time";
  EXPECT_FALSE(world.committer.full());
  world.commit.next = CommitFault::kBusy;
  EXPECT_FALSE(world.append(R"({"sessionId":"full-2","signals":[{"type":"search"}]})"));
  EXPECT_FALSE(world.committer.full()) << "another process held the file";
}

}  // namespace
}  // namespace beckon::commit
