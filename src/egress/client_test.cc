// Receivers' behaviors, and what is reported of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "egress/http_call.h"
#include "egress/testing/world.h"

namespace beckon::egress {
namespace {

using namespace testing;
using std::chrono::milliseconds;
using Connection = ScriptedReceiver::Connection;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(Network, PostsWhatItWasGivenAndTellsWhatCameBack) {
  World world;
  ScriptedReceiver receiver(
      ScriptedReceiver::answering("HTTP/1.1 202 Accepted\r\nX-One: 1\r\nRetry-After: 120\r\nSet-Cookie: "
                                  "a=b\r\nAlt-Svc: h2=\":1\"\r\nContent-Length: 5\r\n\r\nhello"));
  auto order = world.order(receiver.url("127.0.0.1", "/a/../b|{c}[d]\"<>?c=%20d?e"), R"({"id":"evt_1"})");
  order.headers.push_back({"X-Empty", ""});
  order.headers.push_back({"webhook-id", "evt_1"});
  const auto answer = world.send(std::move(order));
  EXPECT_EQ(answer.reason(), "status 202");
  EXPECT_EQ(answer.body, "hello");
  EXPECT_FALSE(answer.body_cut);
  EXPECT_EQ(*answer.header("x-ONE"), "1");
  EXPECT_EQ(answer.header("x-two"), nullptr);
  EXPECT_EQ(answer.retry_after, Duration{120'000});
  EXPECT_EQ(answer.remote->text(), "127.0.0.1");
  EXPECT_TRUE(answer.connected);
  EXPECT_EQ(answer.latency.dns.count(), 0);
  EXPECT_GT(answer.latency.connected.count(), 0);
  EXPECT_LE(answer.latency.connected, answer.latency.sent);
  EXPECT_LE(answer.latency.sent, answer.latency.first_byte);
  EXPECT_LE(answer.latency.first_byte, answer.latency.total);
  const auto request = receiver.requests().at(0);
  EXPECT_THAT(request, StartsWith("POST /a/../b|{c}[d]\"<>?c=%20d?e HTTP/1.1\r\nHost: 127.0.0.1:" +
                                  std::to_string(receiver.port()) + "\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nX-Empty:\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nwebhook-id: evt_1\r\n"));
  EXPECT_THAT(request, ::testing::EndsWith("\r\n\r\n{\"id\":\"evt_1\"}"));
  for (const char* never : {"Accept-Encoding", "Expect", "Cookie", "Connection:", "x-www-form"})
    EXPECT_THAT(request, Not(HasSubstr(never)));
}

// The value of each header line of a request, by name in lower case; a repeated name fails the test.
std::map<std::string, std::string> lines_of(const std::string& request) {
  std::map<std::string, std::string> lines;
  for (std::size_t at = request.find("\r\n") + 2; request.compare(at, 2, "\r\n") != 0;) {
    const std::size_t colon = request.find(':', at), end = request.find("\r\n", at);
    std::string name = request.substr(at, colon - at);
    for (char& c : name) c = static_cast<char>(std::tolower(c));
    EXPECT_TRUE(lines.emplace(name, request.substr(colon + 2, end - colon - 2)).second) << name;
    at = end + 2;
  }
  return lines;
}

TEST(Network, WritesEachHeaderOnceAndTheGivenOneInPlaceOfItsOwn) {
  World world;
  ScriptedReceiver receiver(ScriptedReceiver::answering(kOk));
  world.send(world.order(receiver.url("127.0.0.1", "/"), "12345"));
  const auto own = lines_of(receiver.requests().at(0));
  EXPECT_EQ(own.at("accept"), "*/*");
  EXPECT_THAT(own.at("user-agent"), StartsWith("Beckon/"));
  EXPECT_EQ(own.at("host"), "127.0.0.1:" + std::to_string(receiver.port()));
  EXPECT_EQ(own.at("content-length"), "5");

  auto order = world.order(receiver.url("127.0.0.1", "/"), "12345");
  order.headers.push_back({"ACCEPT", "text/plain;q=0.5"});
  order.headers.push_back({"User-agent", "shop/2"});
  world.send(order);
  const auto given = lines_of(receiver.requests().at(1));
  EXPECT_EQ(given.at("accept"), "text/plain;q=0.5");
  EXPECT_EQ(given.at("user-agent"), "shop/2");
}

TEST(Network, KeepsTheHeadersOfTheFinalResponseAsTheyArrived) {
  World world;
  ScriptedReceiver receiver(
      ScriptedReceiver::answering("HTTP/1.1 103 Early\r\nLink: <a>\r\n\r\nHTTP/1.1 404\r\nSet-Cookie: a=b\r\n"
                                  "SET-cookie:  c=d \r\nContent-Length: 2\r\n\r\nno"));
  const auto answer = world.post(receiver.url());
  EXPECT_EQ(answer.head, "Set-Cookie: a=b\r\nSET-cookie:  c=d \r\nContent-Length: 2\r\n");
  EXPECT_FALSE(answer.head_cut);
}

TEST(Network, KeepsTheBeginningOfHeadersThatDoNotEnd) {
  World world;
  world.limits.header_bytes = 600;
  ScriptedReceiver receiver([](Connection& c) {
    if (!c.read_request()) return;
    c.write("HTTP/1.1 200 OK\r\nX-First: 1\r\n");
    while (c.write("X-More: " + std::string(100, 'x') + "\r\n")) {}
  });
  const auto answer = world.post(receiver.url());
  EXPECT_EQ(answer.trouble, Trouble::kHeadersTooLarge);
  EXPECT_THAT(answer.head, StartsWith("X-First: 1\r\nX-More: xxx"));
  EXPECT_EQ(answer.head.size(), 600u);
  EXPECT_TRUE(answer.head_cut);
}

TEST(Network, SendsABodyOfAMegabyteWithoutExpect) {
  World world;
  ScriptedReceiver receiver(ScriptedReceiver::answering(kOk));
  EXPECT_EQ(world.send(world.order(receiver.url(), std::string(2u << 20, 'x'))).status, 200);
  EXPECT_THAT(receiver.requests().at(0).substr(0, 400), Not(HasSubstr("Expect")));
}

// Receivers' behaviors. Each row ends with the outcome that a tenant sees.
struct Behaviour {
  const char* name;
  ScriptedReceiver::Script script;
  const char* reason;
  int status;
  Trouble trouble = Trouble::kNone;
};

std::vector<Behaviour> behaviours() {
  const auto after_request = [](auto then) {
    return [then](Connection& c) {
      if (c.read_request()) then(c);
    };
  };
  return {
      {"says nothing", after_request([](Connection& c) { c.wait_for_the_end(); }), "timeout", 0,
       Trouble::kResponseTimeout},
      {"does not even read", [](Connection& c) { c.pause(milliseconds{60'000}); }, "timeout", 0,
       Trouble::kResponseTimeout},
      {"drips its status line", after_request([](Connection& c) {
         for (const char byte : std::string(kOk))
           if (!c.pause(milliseconds{100}) || !c.write({&byte, 1})) return;
       }),
       "timeout", 0, Trouble::kResponseTimeout},
      {"drips its body", after_request([](Connection& c) {
         c.write("HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n");
         while (c.pause(milliseconds{50}) && c.write("x")) {}
       }),
       "status 200", 200, Trouble::kBodyTimeout},
      {"sends an endless body", after_request([](Connection& c) {
         c.write("HTTP/1.1 200 OK\r\n\r\n");
         while (c.write(std::string(4096, 'x'))) {}
       }),
       "status 200", 200},
      {"sends an endless chunked body", after_request([](Connection& c) {
         c.write("HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n");
         while (c.write("400\r\n" + std::string(1024, 'x') + "\r\n")) {}
       }),
       "status 500", 500},
      {"sends endless headers", after_request([](Connection& c) {
         c.write("HTTP/1.1 200 OK\r\n");
         while (c.write("X-More: " + std::string(1000, 'x') + "\r\n")) {}
       }),
       "connect", 200, Trouble::kHeadersTooLarge},
      {"sends one endless header", after_request([](Connection& c) {
         c.write("HTTP/1.1 200 OK\r\nX-Long: ");
         while (c.write(std::string(1000, 'x'))) {}
       }),
       "connect", 200, Trouble::kHeadersTooLarge},
      {"informs without end", after_request([](Connection& c) {
         while (c.write("HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n")) {}
       }),
       "connect", 103, Trouble::kHeadersTooLarge},
      {"sends endless trailers", after_request([](Connection& c) {
         c.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n");
         while (c.write("X-More: " + std::string(1000, 'x') + "\r\n")) {}
       }),
       "status 200", 200, Trouble::kBodyBroken},
      {"switches to another protocol", after_request([](Connection& c) {
         c.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
         c.wait_for_the_end();
       }),
       "status 101", 101},
      {"informs first", after_request([](Connection& c) {
         c.write("HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n");
         c.write(kOk);
       }),
       "status 200", 200},
      {"resets after the request", after_request([](Connection& c) { c.reset(); }), "connect", 0, Trouble::kReset},
      {"resets within its body", after_request([](Connection& c) {
         c.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab");
         c.reset();
       }),
       "status 200", 200, Trouble::kBodyBroken},
      {"hangs up without an answer", after_request([](Connection&) {}), "connect", 0, Trouble::kClosed},
      {"hangs up within its headers", after_request([](Connection& c) { c.write("HTTP/1.1 200 OK\r\nX-On"); }),
       "connect", 200, Trouble::kHeadersCut},
      {"hangs up within its body",
       after_request([](Connection& c) { c.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab"); }), "status 200",
       200, Trouble::kBodyBroken},
      {"speaks no HTTP", after_request([](Connection& c) { c.write("220 mail.example ESMTP\r\n"); }), "connect", 0,
       Trouble::kNotHttp},
      {"speaks HTTP/2 alone", after_request([](Connection& c) {
         c.write({"\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64", 15});
       }),
       "connect", 0, Trouble::kHttp2Only},
      {"speaks HTTP/0.9", after_request([](Connection& c) { c.write("<html>"); }), "connect", 0, Trouble::kNotHttp},
      {"gives two lengths", after_request([](Connection& c) {
         c.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok");
       }),
       "status 200", 200},
      {"ends its body by closing", after_request([](Connection& c) { c.write("HTTP/1.1 200 OK\r\n\r\nbye"); }),
       "status 200", 200},
      {"has no body to send", after_request([](Connection& c) {
         c.write("HTTP/1.1 204 No Content\r\n\r\n");
         c.wait_for_the_end();
       }),
       "status 204", 204},
      {"is gone", after_request([](Connection& c) { c.write("HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"); }),
       "status 410", 410},
  };
}

TEST(Network, StandsWhatReceiversDo) {
  for (const auto& behaviour : behaviours()) {
    SCOPED_TRACE(behaviour.name);
    World world;
    if (behaviour.reason == std::string_view{"timeout"} || behaviour.name == std::string_view{"drips its body"})
      world.limits.whole = Duration{400};
    ScriptedReceiver receiver(behaviour.script);
    const auto answer = world.post(receiver.url());
    EXPECT_EQ(answer.reason(), behaviour.reason) << answer.explanation();
    EXPECT_EQ(answer.status, behaviour.status);
    EXPECT_EQ(answer.trouble, behaviour.trouble) << answer.explanation();
    EXPECT_LE(answer.body.size(), world.limits.kept_bytes);
    EXPECT_LT(answer.latency.total, milliseconds{4000});
    EXPECT_TRUE(answer.connected);
    EXPECT_EQ(answer.header("x-early"), nullptr);
    // The next request still succeeds.
    world.limits = {};
    ScriptedReceiver healthy(ScriptedReceiver::answering(kOk));
    EXPECT_EQ(world.post(healthy.url()).status, 200);
  }
}

TEST(Network, HeedsAStatusWhoseBodyBreaksOff) {
  const std::vector<std::pair<const char*, std::string>> cuts{
      {"by length", "Content-Length: 31\r\n\r\nnot all of i"},
      {"in a chunk", "Transfer-Encoding: chunked\r\n\r\n1f\r\nnot all of i"},
      {"between chunks", "Transfer-Encoding: chunked\r\n\r\nc\r\nnot all of i\r\n"},
      {"by a chunk of no size", "Transfer-Encoding: chunked\r\n\r\nc\r\nnot all of i\r\nsize\r\n"}};
  for (const int status : {201, 409, 410, 422, 429, 502, 503})
    for (const auto& [how, rest] : cuts)
      for (const bool resets : {false, true}) {
        SCOPED_TRACE(std::to_string(status) + " cut " + how + (resets ? ", reset" : ""));
        World world;
        ScriptedReceiver receiver([&](Connection& c) {
          c.read_request();
          c.write("HTTP/1.1 " + std::to_string(status) + " So\r\nX-Kept: yes\r\nRetry-After: 77\r\n" + rest);
          if (resets) c.pause(milliseconds{20}), c.reset();  // after what was written, which a reset could discard
        });
        const auto answer = world.post(receiver.url());
        EXPECT_EQ(answer.reason(), "status " + std::to_string(status));
        EXPECT_EQ(*answer.header("x-kept"), "yes");
        EXPECT_EQ(answer.retry_after, Duration{77'000});
        EXPECT_EQ(answer.body, "not all of i");
        EXPECT_EQ(answer.trouble, Trouble::kBodyBroken);
        EXPECT_EQ(receiver.requests().size(), 1u);
      }
}

TEST(Network, HeedsAStatusWhoseBodyIsStillComingAtTheDeadline) {
  World world;
  world.limits.whole = Duration{300};
  ScriptedReceiver receiver([](Connection& c) {
    c.read_request();
    c.write("HTTP/1.1 410 Gone\r\nContent-Length: 9\r\n\r\nfour");
    c.wait_for_the_end();
  });
  const auto answer = world.post(receiver.url());
  EXPECT_EQ(answer.reason(), "status 410");
  EXPECT_EQ(answer.trouble, Trouble::kBodyTimeout);
  EXPECT_EQ(answer.body, "four");
}

TEST(HttpCall, TakesNoBodyThatBrokeOff) {
  ScriptedReceiver receiver([](Connection& c) {
    c.read_request();
    c.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[1,2");
  });
  EXPECT_FALSE(http_call(Method::kGet, receiver.url(), {}, ""));
}

TEST(Trouble, EachHasASentenceOfItsOwn) {
  std::set<std::string_view> sentences;
  for (auto each = Trouble::kNoSuchName; each <= Trouble::kBodyTimeout;
       each = static_cast<Trouble>(static_cast<int>(each) + 1)) {
    EXPECT_TRUE(sentences.insert(sentence(each)).second) << sentence(each);
    EXPECT_THAT(sentence(each), ::testing::EndsWith("."));
  }
  EXPECT_EQ(sentence(Trouble::kNone), "");
}

TEST(Network, CutsALongBodyAndKeepsItsBeginning) {
  World world;
  ScriptedReceiver receiver(
      ScriptedReceiver::answering("HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n" + std::string(10'000, 'y')));
  auto answer = world.post(receiver.url());
  EXPECT_EQ(answer.body, std::string(4096, 'y'));
  EXPECT_TRUE(answer.body_cut);
  EXPECT_EQ(world.post(receiver.url()).status, 200);
  EXPECT_EQ(receiver.connections(), 1) << "below the limit it is read to its end, and the connection kept";
  world.limits.kept_bytes = world.limits.body_bytes = 64 * 1024;
  answer = world.post(receiver.url());
  EXPECT_EQ(answer.body.size(), 10'000u);
  EXPECT_FALSE(answer.body_cut);
}

TEST(Network, FollowsNoRedirect) {
  World world;
  ScriptedReceiver inside(ScriptedReceiver::answering(kOk));
  for (const char* status : {"301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"}) {
    ScriptedReceiver receiver(
        ScriptedReceiver::answering(std::string("HTTP/1.1 ") + status + "\r\nLocation: " + inside.url() +
                                    "\r\nRefresh: 0; url=" + inside.url() + "\r\nContent-Length: 0\r\n\r\n"));
    EXPECT_EQ(world.post(receiver.url()).status, std::stoi(status));
  }
  EXPECT_EQ(inside.connections(), 0);
}

TEST(Network, DecompressesNothing) {
  World world;
  const std::string bomb = "\x1f\x8b\x08";
  ScriptedReceiver receiver(
      ScriptedReceiver::answering("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n" + bomb));
  EXPECT_EQ(world.post(receiver.url()).body, bomb);
}

}  // namespace
}  // namespace beckon::egress
