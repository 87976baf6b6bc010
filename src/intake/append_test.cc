#include "intake/append.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intake/testing/world.h"

namespace beckon::intake {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr Instant kArrival = instant_ms(1'700'000'123'456);

class AppendedSignals : public testing::Test {
 protected:
  // A signal of session s with further members.
  static std::string one(const std::string& key, const std::string& more = "") {
    return R"({"type":")" + key + R"(")" + (more.empty() ? "" : "," + more) + "}";
  }
  Result<Appended> append(const std::string& signals, const std::string& more = "") {
    return world.append(R"({"sessionId":"s","signals":[)" + signals + "]" + (more.empty() ? "" : "," + more) + "}");
  }
  std::vector<std::string> faults(const std::string& signals, const std::string& more = "") {
    std::vector<std::string> fields;
    const auto refused = append(signals, more);
    if (refused) return {"none"};
    for (const auto& issue : refused.error().details) fields.push_back(issue.field);
    return fields;
  }

  store::MemoryStore store;
  World world{store, kArrival};
};

TEST_F(AppendedSignals, TakeNoVisitorFromAnIdThatNamesNobody) {
  const auto answer = append(one("order"), R"("visitorId":" UNDEFINED ")");
  EXPECT_EQ(answer->accepted, 1u);
  EXPECT_TRUE(world.session("s")->visitor.empty());
  EXPECT_TRUE(append(one("order"), R"("visitorId":null)"));
  EXPECT_TRUE(append(one("login"), R"("visitorId":"auth0|7")"));
  EXPECT_TRUE(append(one("order"), R"("visitorId":"")")) << "nobody is not another visitor";
  EXPECT_EQ(world.session("s")->visitor.text, "auth0|7");

  commit::HandleSettings settings;
  settings.blocked_ids.add(VisitorId{"Till 3"});
  world.tenant(settings);
  EXPECT_EQ(world.append(R"({"sessionId":"t","visitorId":"till 3","signals":[{"type":"order"}]})")->accepted, 1u);
  EXPECT_TRUE(world.session("t")->visitor.empty());
}

TEST_F(AppendedSignals, OfALongestIdAreFoundAgainAfterARestart) {
  const std::string id = "Zo\u00eb " + std::string(251, 'x');
  EXPECT_TRUE(append(one("view"), R"("visitorId":"Zoe\u0308 )" + std::string(251, 'x') + R"(")"));
  EXPECT_EQ(world.session("s")->visitor.text, id);
  const auto refused = append(one("view"), R"("visitorId":"another")");
  EXPECT_EQ(refused.error().code, FaultCode::kConflict);
  EXPECT_THAT(refused.error().extras, ElementsAre(std::pair<std::string, std::string>("reason", "\"visitor\"")));
  World again(store, kArrival + 1min);
  EXPECT_EQ(again.session("s")->visitor.text, id);
  EXPECT_THAT(*again.sessions.of_visitor(Handle{"demo"}, VisitorId{id}), ElementsAre(SessionId{"s"}));
  EXPECT_EQ(again.session("@" + id)->sessions.size(), 1u);
}

TEST_F(AppendedSignals, RefuseAnIdThatHasNoForm) {
  for (const char* bad : {"5", "{}", R"("a\nb")", R"("a\u0000b")", R"("a\u0085b")"})
    EXPECT_THAT(faults(one("x"), std::string(R"("visitorId":)") + bad), ElementsAre("visitorId")) << bad;
  EXPECT_THAT(faults(one("x"), R"("visitorId":")" + std::string(257, 'x') + R"(")"), ElementsAre("visitorId"));
  for (const std::string& bad : {std::string("5"), std::string(R"("")"), "\"" + std::string(129, 'a') + "\""})
    EXPECT_THAT(faults(one("x"), R"("anonymousId":)" + bad), ElementsAre("anonymousId")) << bad;
}

}  // namespace
}  // namespace beckon::intake
