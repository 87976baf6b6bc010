#include "egress/calls.h"

#include <gtest/gtest.h>

#include <future>

#include "egress/testing/world.h"

namespace beckon::egress {
namespace {

using namespace testing;

// Calls on a thread of their own, as in a server.
class Calling {
 public:
  explicit Calling(Calls::Options options = {})
      : calls(world.clock, world.settings, options), thread_([this](std::stop_token stop) { calls.run(stop); }) {}

  std::future<Result<Answer>> start(const std::string& line, const std::string& url) {
    std::promise<Result<Answer>> came;
    auto answer = came.get_future();
    calls.start(line, world.order(url),
                [came = std::move(came)](Result<Answer> answered) mutable { came.set_value(std::move(answered)); });
    return answer;
  }

  World world;
  Calls calls;

 private:
  std::jthread thread_;
};

TEST(Calls, OfManyThreadsAreSentAtOnceAndAnsweredEach) {
  ScriptedReceiver receiver(ScriptedReceiver::answering(kOk));
  Calling here;
  std::vector<std::future<Result<Answer>>> answers;
  for (int i = 0; i < 8; ++i) answers.push_back(here.start("corp", receiver.url()));
  for (auto& answer : answers) EXPECT_EQ(answer.get()->body, "ok");
  EXPECT_EQ(here.calls.places().in_use(), 0U);
}

TEST(Calls, MayBeginAnotherFromTheirAnswer) {
  ScriptedReceiver receiver(ScriptedReceiver::answering(kOk));
  Calling here;
  const auto came = std::make_shared<std::promise<std::string>>();
  here.calls.start("corp", here.world.order(receiver.url()), [&here, &receiver, came](Result<Answer>) {
    here.calls.start("corp", here.world.order(receiver.url()),
                     [came](Result<Answer> second) { came->set_value(second->body); });
  });
  EXPECT_EQ(came->get_future().get(), "ok");
}

TEST(Calls, BeyondAShareAreRefusedAtOnce) {
  ScriptedReceiver silent([](ScriptedReceiver::Connection& connection) { connection.wait_for_the_end(); });
  Calling here({.at_once = 3, .per_line = 2});
  const auto first = here.start("corp", silent.url()), second = here.start("corp", silent.url());
  EXPECT_EQ(here.start("corp", silent.url()).get().error().code, FaultCode::kUnavailable);
  const auto third = here.start("other", silent.url());
  EXPECT_EQ(here.start("third", silent.url()).get().error().code, FaultCode::kUnavailable);
}

TEST(Calls, GoWhereThePolicyAdmits) {
  Calling here;
  const Answer answer = here.start("corp", "http://10.0.0.1/").get().value();
  EXPECT_EQ(answer.refusal, Refusal::kSpecialAddress);
}

}  // namespace
}  // namespace beckon::egress
