// What happens to a connection between two requests, and to a request whose connection fails.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>

#include "egress/testing/world.h"

namespace beckon::egress {
namespace {

using namespace testing;
using std::chrono::milliseconds;
using Connection = ScriptedReceiver::Connection;

// Polls until the receiver's side has acted, which no response reports.
template <class Condition>
void poll_until(World& world, Condition condition) {
  while (!condition()) world.egress().poll(milliseconds{5});
}

TEST(Connections, SendNothingTwiceWhereThePeerMayHaveReadIt) {
  World world;
  std::atomic<int> connection = 0;
  ScriptedReceiver receiver([&](Connection& c) {
    const bool first = connection++ == 0;
    while (c.read_request()) {
      if (first && receiver.requests().size() == 2) return;  // closes while it holds the request
      if (!c.write(kOk)) return;
    }
  });
  EXPECT_EQ(world.post(receiver.url()).status, 200);
  const auto answer = world.post(receiver.url());
  EXPECT_EQ(answer.reason(), "connect");
  EXPECT_TRUE(answer.connected);
  EXPECT_EQ(receiver.connections(), 1);
  EXPECT_EQ(receiver.requests().size(), 2u);
}

TEST(Connections, SendNothingWhereThePeerHasHungUpAlready) {
  const Identity self("hooks.example", nullptr);
  const auto path = ::testing::TempDir() + "egress_hung_up_" + std::to_string(getpid()) + ".pem";
  self.write_certificate(path);
  const std::vector<std::pair<const char*, std::function<void(Connection&)>>> ways{
      {"closes", [](Connection&) {}},
      {"resets", [](Connection& c) { c.reset(); }},
      {"says that it waited too long", [](Connection& c) { c.write("HTTP/1.1 408 Request Timeout\r\n\r\n"); }}};
  for (const Identity* identity : {static_cast<const Identity*>(nullptr), &self})
    for (const auto& [name, hang_up] : ways) {
      SCOPED_TRACE(name);
      World world;
      world.settings.client.extra_ca_file = path;
      world.dns.answer("hooks.example", {"127.0.0.1"});
      std::atomic<int> connection = 0;
      std::atomic<bool> answered = false;
      ScriptedReceiver receiver(
          [&, hang_up = hang_up](Connection& c) {
            const bool first = connection++ == 0;
            while (c.read_request() && c.write(kOk)) {
              if (!first) continue;
              while (!answered && c.pause(milliseconds{1})) {}
              return hang_up(c);
            }
          },
          identity);
      EXPECT_EQ(world.post(receiver.url("hooks.example")).status, 200);
      answered = true;
      receiver.wait_until_closed();
      EXPECT_EQ(world.post(receiver.url("hooks.example")).reason(), "status 200");
      EXPECT_EQ(receiver.connections(), 2);
      EXPECT_EQ(receiver.requests().size(), 2u);
    }
  unlink(path.c_str());
}

// As when a machine is replaced and the old one no longer responds.
TEST(Connections, ThatDieInSilenceCostOneTimeoutHoweverManyThereAre) {
  World world;
  std::atomic<int> connection = 0;
  ScriptedReceiver receiver([&](Connection& c) {
    if (connection++ >= 5) {
      while (c.read_request() && c.write(kOk)) {}
      return;
    }
    c.read_request();
    receiver.wait_for_requests(5);
    c.write(kOk);
    c.wait_for_the_end();
  });
  int answers = 0;
  for (int i = 0; i < 5; ++i) world.egress().send(world.order(receiver.url()), [&](const Answer&) { ++answers; });
  poll_until(world, [&] { return answers == 5; });
  world.limits.whole = Duration{300};
  EXPECT_EQ(world.post(receiver.url()).reason(), "timeout");
  world.limits = {};
  const auto answer = world.post(receiver.url());
  EXPECT_EQ(answer.reason(), "status 200");
  EXPECT_GT(answer.latency.connected.count(), 0);
  EXPECT_EQ(receiver.connections(), 6);
}

TEST(Connections, ThatServeAnotherNameOutliveATimeout) {
  World world;
  ScriptedReceiver receiver([](Connection& c) {
    while (const auto request = c.read_request()) {
      if (request->find("POST /silent") == 0) c.wait_for_the_end();
      if (!c.write(kOk)) return;
    }
  });
  for (const char* name : {"one.example", "two.example"}) {
    world.dns.answer(name, {"127.0.0.1"});
    EXPECT_EQ(world.post(receiver.url(name)).status, 200);
  }
  world.limits.whole = Duration{300};
  EXPECT_EQ(world.post(receiver.url("one.example", "/silent")).reason(), "timeout");
  EXPECT_EQ(world.post(receiver.url("two.example")).status, 200);
  EXPECT_EQ(receiver.connections(), 2);
}

TEST(Connections, SendNothingTwiceOnceAByteCameBack) {
  World world;
  ScriptedReceiver receiver([&](Connection& c) {
    while (c.read_request()) {
      if (receiver.requests().size() == 2) {
        c.write("HTTP/1.1 2");
        return;
      }
      if (!c.write(kOk)) return;
    }
  });
  EXPECT_EQ(world.post(receiver.url()).status, 200);
  EXPECT_EQ(world.post(receiver.url()).reason(), "connect");
  EXPECT_EQ(receiver.requests().size(), 2u);
}

TEST(Connections, SendNothingTwiceOverANewConnection) {
  World world;
  ScriptedReceiver receiver([](Connection& c) { c.read_request(); });
  EXPECT_EQ(world.post(receiver.url()).reason(), "connect");
  EXPECT_EQ(receiver.requests().size(), 1u);
}

TEST(Connections, CarryStatusLinesThatEndAtTheirCodeByteByByte) {
  World world;
  ScriptedReceiver receiver([](Connection& c) {
    for (const char* text : {"HTTP/1.1 204\r\n\r\n", "HTTP/1.1 202\r\nContent-Length: 3\r\n\r\nyes",
                             "HTTP/1.1 429\r\nRetry-After: 9\r\nContent-Length: 0\r\n\r\n"}) {
      if (!c.read_request()) return;
      for (const char byte : std::string_view(text))
        if (!c.write({&byte, 1}) || !c.pause(milliseconds{1})) return;
    }
    c.wait_for_the_end();
  });
  EXPECT_EQ(world.post(receiver.url()).reason(), "status 204");
  EXPECT_EQ(world.post(receiver.url()).body, "yes");
  EXPECT_EQ(world.post(receiver.url()).retry_after, Duration{9'000});
  EXPECT_EQ(receiver.connections(), 1);
}

TEST(Connections, AreNotKeptWhereThePeerEndsThem) {
  World world;
  for (const char* text : {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
                           "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
                           "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more than was said"}) {
    SCOPED_TRACE(text);
    ScriptedReceiver receiver(ScriptedReceiver::answering(text));
    EXPECT_EQ(world.post(receiver.url()).status, 200);
    EXPECT_EQ(world.post(receiver.url()).status, 200);
    EXPECT_EQ(receiver.connections(), 2);
  }
}

TEST(Connections, ThatIdleAndAreClosedByThePeerGoUnused) {
  World world;
  std::atomic<bool> closed = false;
  ScriptedReceiver receiver([&](Connection& c) {
    if (c.read_request()) c.write(kOk);
    closed = true;
  });
  EXPECT_EQ(world.post(receiver.url()).status, 200);
  poll_until(world, [&] { return closed.load(); });
  world.egress().poll(milliseconds{20});
  EXPECT_EQ(world.post(receiver.url()).status, 200);
  EXPECT_EQ(receiver.requests().size(), 2u) << "nothing was sent into the closed one";
}

TEST(Connections, IdleOnlyAsManyAsTheirLimit) {
  World world;
  world.limits.idle_connections = 2;
  std::atomic<int> open = 0;
  const auto script = [&](Connection& c) {
    ++open;
    while (c.read_request() && c.write(kOk)) {}
    --open;
  };
  ScriptedReceiver first(script), second(script), third(script);
  for (const auto* receiver : {&first, &second, &third}) EXPECT_EQ(world.post(receiver->url()).status, 200);
  poll_until(world, [&] { return open == 2; });
  for (const auto* receiver : {&second, &third}) EXPECT_EQ(world.post(receiver->url()).latency.connected.count(), 0);
  EXPECT_GT(world.post(first.url()).latency.connected.count(), 0) << "the one that had waited longest went";
}

TEST(Connections, AreClosedAfterTheIdleTimeThoughNobodyAsks) {
  World world;
  world.limits.idle = Duration{50};
  std::atomic<bool> closed = false;
  ScriptedReceiver receiver([&](Connection& c) {
    while (c.read_request() && c.write(kOk)) {}
    closed = true;
  });
  EXPECT_EQ(world.post(receiver.url()).status, 200);
  poll_until(world, [&] { return closed.load(); });
}

TEST(Connections, HearAnAnswerThatComesBeforeTheRequestIsWritten) {
  World world;
  ScriptedReceiver receiver([](Connection& c) {
    c.write("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
    c.pause(milliseconds{60'000});  // reads nothing
  });
  const std::string body(16u << 20, 'x');
  EXPECT_EQ(world.send(world.order(receiver.url(), body)).reason(), "status 413");
  EXPECT_EQ(world.send(world.order(receiver.url(), body)).reason(), "status 413");
  EXPECT_EQ(receiver.connections(), 2) << "half a request is in the first";
}

TEST(Connections, WriteTheWholeRequestAlsoBehindAnEarly2xx) {
  for (const char* text : {"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 204\r\n\r\n",
                           "HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n"}) {
    SCOPED_TRACE(text);
    World world;
    ScriptedReceiver receiver([&](Connection& c) {
      while (true) {
        if (!c.write(text)) return;
        if (std::string_view(text).find("9000") != std::string_view::npos && !c.write(std::string(9'000, 'y'))) return;
        c.pause(milliseconds{20});  // the client has read its response, or will: the rest must arrive either way
        if (!c.read_request()) return;
      }
    });
    const std::string body(7u << 20, 'x');
    EXPECT_EQ(world.send(world.order(receiver.url(), body)).status / 100, 2);
    receiver.wait_for_requests(1);
    const auto request = receiver.requests().at(0);
    EXPECT_EQ(request.size() - request.find("\r\n\r\n") - 4, body.size());
  }
}

TEST(Connections, DeliverNothingByA2xxOfWhichThePeerReadOnlyAPart) {
  World world;
  const std::string body(16u << 20, 'x');
  ScriptedReceiver closes([](Connection& c) { c.write(kOk), c.pause(milliseconds{20}); });
  EXPECT_EQ(world.send(world.order(closes.url(), body)).trouble, Trouble::kRequestUnread);
  ScriptedReceiver breaks_off([](Connection& c) {
    c.write("HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nno size");
    c.pause(milliseconds{20});
  });
  EXPECT_EQ(world.send(world.order(breaks_off.url(), body)).trouble, Trouble::kRequestUnread);
  ScriptedReceiver stalls([](Connection& c) { c.write(kOk), c.pause(milliseconds{60'000}); });
  world.limits.whole = Duration{300};
  EXPECT_EQ(world.send(world.order(stalls.url(), body)).trouble, Trouble::kRequestTimeout);
}

TEST(Connections, CarryLargeBodiesAndAnswersOverTls) {
  const Identity self("hooks.example", nullptr);
  const auto path = ::testing::TempDir() + "egress_self_" + std::to_string(getpid()) + ".pem";
  self.write_certificate(path);
  ScriptedReceiver receiver(
      ScriptedReceiver::answering("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + std::string(100'000, 'y')),
      &self);
  World world;
  world.settings.client.extra_ca_file = path;
  world.limits.body_bytes = world.limits.kept_bytes = 200'000;
  world.dns.answer("hooks.example", {"127.0.0.1"});
  for (int i = 0; i < 3; ++i) {
    const auto answer = world.send(world.order(receiver.url("hooks.example"), std::string(3u << 20, 'x')));
    EXPECT_EQ(answer.reason(), "status 200") << answer.explanation();
    EXPECT_EQ(answer.body.size(), 100'000u);
  }
  EXPECT_EQ(receiver.connections(), 1);
  EXPECT_EQ(receiver.requests().at(2).size() / (3u << 20), 1u);
  unlink(path.c_str());
}

}  // namespace
}  // namespace beckon::egress
