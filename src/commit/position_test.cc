// Only the store knows the position of a commit in the journal.
#include <gtest/gtest.h>

#include "intake/testing/world.h"

namespace beckon::commit {
namespace {

TEST(ThePositionOfACommit, IsGivenByTheStoreSoThatASnapshotIsNotReplayedWhereOthersWroteToo) {
  const Instant now = *parse_rfc3339("2026-11-01T12:00:00Z");
  store::MemoryStore store;
  {
    intake::World world(store, now, std::size_t{1} << 30, {.tail_bytes = 0});
    world.tenant({}, {R"({"triggers":["checkout"],"when":{"all":[{"seen":{"key":"cart"}}]},)"
                      R"("action":{"type":"popup","payload":{}}})"});
    ASSERT_TRUE(world.append(R"({"sessionId":"s1","signals":[{"type":"cart"}]})"));
    intake::World other(store, now);
    ASSERT_TRUE(other.append(R"({"sessionId":"s2","signals":[{"type":"cart"}]})"));
    ASSERT_TRUE(world.resolve(R"({"sessionId":"s1","trigger":"checkout"})"));
  }
  const auto snapshot = *store.ledger().snapshot(Handle{"demo"}, SessionId{"s1"});
  ASSERT_TRUE(snapshot) << "written with the decision";
  EXPECT_EQ(snapshot->as_of, 3u);
  intake::World again(store, now);
  ASSERT_NE(again.session("s1"), nullptr);
  EXPECT_EQ(again.session("s1")->decisions.count, 1u);
}

}  // namespace
}  // namespace beckon::commit
