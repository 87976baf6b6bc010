// An erasure and later works of the same commit.
#include <gtest/gtest.h>

#include <map>

#include "intake/testing/world.h"

namespace beckon::commit {
namespace {

const Instant kNow = *parse_rfc3339("2026-11-01T12:00:00Z");
const Handle kDemo{"demo"};
const SubscriptionId kHook{"whs_1"};

class Forgets final : public Work {
 public:
  explicit Forgets(std::optional<Instant> denied_until) : denied_until_(denied_until) {}
  void plan(Draft& draft) override {
    const SessionId id{"s1"};
    EXPECT_FALSE(
        draft.forget(kDemo, id, draft.places().sessions.digest(kDemo.view(), id.view()), "erased", denied_until_));
  }
  void finish(const std::optional<Fault>& fault) override { EXPECT_FALSE(fault); }

 private:
  std::optional<Instant> denied_until_;
};

class EraseThenAppend : public testing::Test {
 protected:
  EraseThenAppend() {
    EXPECT_TRUE(store.commit().write(
        {.at = kNow, .changes = {outbox::Subscription{.id = kHook, .handle = kDemo, .event_types = {"signal.*"}}}}));
    world.emplace(store, kNow);
    EXPECT_TRUE(world->append(R"({"sessionId":"s1","signals":[{"type":"view"}]})"));
  }
  void restart() {
    world.reset();
    world.emplace(store, kNow);
  }
  // Both in one commit.
  Result<intake::Appended> erase_and_append(std::optional<Instant> denied_until, std::string body) {
    std::unique_ptr<Work> erase = std::make_unique<Forgets>(denied_until);
    EXPECT_TRUE(world->committer.submit(erase));
    return world->append(std::move(body));
  }

  store::MemoryStore store;
  std::optional<intake::World> world;
};

TEST_F(EraseThenAppend, KeepsAndTellsTheSignalThatCameAfterwards) {
  const auto answer = erase_and_append(std::nullopt, R"({"sessionId":"s1","signals":[{"type":"cart"}]})");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->version, 1u);
  restart();
  ASSERT_NE(world->session("s1"), nullptr);
  EXPECT_EQ(world->session("s1")->window.key(0), "cart");
  std::map<std::string, outbox::DeliveryState> states;
  const auto told = store.outbox().deliveries(kDemo, kHook, 10);
  for (const auto& one : *told) states[one.event_type] = one.state;
  EXPECT_EQ(states["signal.view"], outbox::DeliveryState::kWithdrawn);
  EXPECT_EQ(states["signal.cart"], outbox::DeliveryState::kQueued);
}

TEST_F(EraseThenAppend, ForgetsADenialThatAConsentFollows) {
  ASSERT_TRUE(erase_and_append(kNow + std::chrono::hours{1},
                               R"({"sessionId":"s1","consent":"full","signals":[{"type":"cart"}]})"));
  restart();
  const auto later = world->append(R"({"sessionId":"s1","signals":[{"type":"view"}]})");
  ASSERT_TRUE(later);
  EXPECT_FALSE(later->denied);
  EXPECT_EQ(later->version, 2u);
}

}  // namespace
}  // namespace beckon::commit
