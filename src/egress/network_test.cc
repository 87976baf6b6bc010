#include "egress/network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

#include "egress/http_call.h"
#include "egress/testing/authority.h"
#include "egress/testing/fake_dns.h"
#include "egress/testing/scripted_receiver.h"

namespace beckon::egress {
namespace {

using std::chrono::milliseconds;
using testing::FakeDns;
using testing::Identity;
using testing::ScriptedReceiver;
using Connection = ScriptedReceiver::Connection;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// Deadlines are long where a test waits for an event, and shrunk where it waits for the deadline itself.
struct World {
  FakeDns dns;
  ManualClock clock{instant_ms(1'700'000'000'000)};
  Policy policy{.admit_http = true, .admit_loopback = true};
  Limits limits;
  NetworkSettings settings;
  std::optional<Network> network;

  World() { settings.resolver = {.servers = dns.server(), .hosts_file = false, .try_each = Duration{500}}; }

  Egress& egress() {
    if (!network) {
      settings.client.limits = limits;
      network.emplace(clock, settings);
    }
    return network->egress();
  }
  Order order(const std::string& url, const std::string& body = "{}") {
    return {.url = url,
            .headers = {{"content-type", "application/json"}},
            .body = std::make_shared<const std::string>(body),
            .policy = std::make_shared<const Policy>(policy),
            .limits = limits};
  }
  Answer send(Order what) {
    std::optional<Answer> answer;
    egress().send(std::move(what), [&](Answer came) { answer = std::move(came); });
    while (!answer) egress().poll(milliseconds{1000});
    return std::move(*answer);
  }
  Answer post(const std::string& url) { return send(order(url)); }
};

TEST(Network, PostsWhatItWasGivenAndTellsWhatCameBack) {
  World world;
  ScriptedReceiver receiver(ScriptedReceiver::answering(
      "HTTP/1.1 202 Accepted\r\nX-One: 1\r\nRetry-After: 120\r\nSet-Cookie: a=b\r\nAlt-Svc: h2=\":1\"\r\nContent-Length: 5\r\n\r\nhello"));
  auto order = world.order(receiver.url("127.0.0.1", "/a/../b?c=%20d"), R"({"id":"evt_1"})");
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
  EXPECT_THAT(request, StartsWith("POST /a/../b?c=%20d HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(receiver.port()) + "\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nX-Empty:\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nwebhook-id: evt_1\r\n"));
  EXPECT_THAT(request, ::testing::EndsWith("\r\n\r\n{\"id\":\"evt_1\"}"));
  for (const char* never : {"Accept-Encoding", "Expect", "Cookie", "Connection:", "x-www-form"}) EXPECT_THAT(request, Not(HasSubstr(never)));
}

TEST(Network, KeepsAConnectionAndSendsNoCookieBack) {
  World world;
  ScriptedReceiver receiver(ScriptedReceiver::answering("HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_EQ(world.post(receiver.url()).status, 200);
  const auto second = world.post(receiver.url());
  EXPECT_EQ(second.status, 200);
  EXPECT_TRUE(second.connected);
  EXPECT_EQ(second.latency.connected.count(), 0);
  EXPECT_EQ(receiver.connections(), 1);
  EXPECT_THAT(receiver.requests().at(1), Not(HasSubstr("ookie")));
}

TEST(Network, SendsABodyOfAMegabyteWithoutExpect) {
  World world;
  ScriptedReceiver receiver(ScriptedReceiver::answering(kOk));
  EXPECT_EQ(world.send(world.order(receiver.url(), std::string(2u << 20, 'x'))).status, 200);
  EXPECT_THAT(receiver.requests().at(0).substr(0, 400), Not(HasSubstr("Expect")));
}

TEST(Network, DoesNotLetAPooledConnectionOutliveIdlenessOrAPolicy) {
  World world;
  world.limits.idle = Duration{1000};
  ScriptedReceiver receiver(ScriptedReceiver::answering(kOk));
  EXPECT_EQ(world.post(receiver.url()).status, 200);
  world.policy.hosts.push_back({"new.example", {}});
  EXPECT_EQ(world.post(receiver.url()).status, 200);
  EXPECT_EQ(receiver.connections(), 2) << "a new policy, a new connection";
  EXPECT_EQ(world.post(receiver.url()).status, 200);
  EXPECT_EQ(receiver.connections(), 2) << "the same policy by value, the same connection";
  const auto until = std::chrono::steady_clock::now() + milliseconds{1001};
  while (std::chrono::steady_clock::now() < until) world.egress().poll(milliseconds{50});
  EXPECT_EQ(world.post(receiver.url()).status, 200);
  EXPECT_EQ(receiver.connections(), 3) << "idle for too long, a new connection";
}

TEST(Network, ConnectsByNameToTheAddressThatWasClassified) {
  World world;
  ScriptedReceiver receiver(ScriptedReceiver::answering(kOk), nullptr, "0.0.0.0");
  world.dns.answer("hooks.example", {"127.0.0.1"});
  auto answer = world.post(receiver.url("hooks.example"));
  EXPECT_EQ(answer.reason(), "status 200");
  EXPECT_EQ(answer.remote->text(), "127.0.0.1");
  EXPECT_GT(answer.latency.dns.count(), 0);
  EXPECT_GE(answer.latency.connected, answer.latency.dns);
  EXPECT_THAT(receiver.requests().at(0), HasSubstr("\r\nHost: hooks.example:"));

  world.dns.answer("hooks.example", {"127.0.0.2"});
  answer = world.post(receiver.url("hooks.example"));
  EXPECT_EQ(answer.remote->text(), "127.0.0.2");
  EXPECT_GT(answer.latency.connected.count(), 0) << "another address never gets an old connection";
  EXPECT_EQ(receiver.connections(), 2);

  world.dns.answer("other.example", {"127.0.0.2"});
  EXPECT_EQ(world.post(receiver.url("other.example")).status, 200);
  EXPECT_EQ(receiver.connections(), 3) << "nor does another name";
}

TEST(Network, RefusesANameThatRebindsBetweenAttempts) {
  World world;
  ScriptedReceiver receiver(ScriptedReceiver::answering(kOk));
  world.dns.answer("hooks.example", {"127.0.0.1"});
  EXPECT_EQ(world.post(receiver.url("hooks.example")).status, 200);
  for (const char* evil : {"10.0.0.1", "169.254.169.254", "fd00:ec2::254", "::ffff:127.0.0.1"}) {
    world.dns.answer("hooks.example", {evil});
    const auto answer = world.post(receiver.url("hooks.example"));
    EXPECT_EQ(answer.reason(), "refused by policy") << evil;
    EXPECT_FALSE(answer.connected);
  }
  EXPECT_EQ(receiver.requests().size(), 1u);
}

TEST(Network, RefusesMixedAnswers) {
  World world;
  ScriptedReceiver receiver(ScriptedReceiver::answering(kOk));
  world.dns.answer("hooks.example", {"127.0.0.1", "10.0.0.1"});
  EXPECT_EQ(world.post(receiver.url("hooks.example")).refusal, Refusal::kSpecialAddress);
  world.dns.answer("hooks.example", {"127.0.0.1", "fe80::1"});
  EXPECT_EQ(world.post(receiver.url("hooks.example")).refusal, Refusal::kNeverAddress);
  world.policy.admit_loopback = false;
  world.dns.answer("hooks.example", {"127.0.0.1"});
  EXPECT_EQ(world.post(receiver.url("hooks.example")).refusal, Refusal::kLoopbackAddress);
  EXPECT_EQ(receiver.connections(), 0);
}

TEST(Network, TellsADnsFailureFromARefusal) {
  World world;
  world.limits.dns = Duration{200};
  world.dns.fail("fails.example");
  world.dns.stay_silent("silent.example");
  world.dns.talk_nonsense("nonsense.example");
  world.dns.answer("empty.example", {});
  for (const char* host : {"missing.example", "fails.example", "silent.example", "nonsense.example", "empty.example"}) {
    const auto answer = world.post(std::string("http://") + host + ":8080/");
    EXPECT_EQ(answer.reason(), "dns") << host;
    EXPECT_FALSE(answer.refusal || answer.remote);
    EXPECT_FALSE(answer.detail.empty());
  }
}

TEST(Network, UsesOneFamilyWhenTheOtherStaysSilent) {
  World world;
  world.limits.dns = Duration{300};
  ScriptedReceiver receiver(ScriptedReceiver::answering(kOk));
  world.dns.answer("half.example", {"127.0.0.1"});
  world.dns.stay_silent_on_v6("half.example");
  EXPECT_EQ(world.post(receiver.url("half.example")).status, 200);
}

TEST(Network, LetsHangingDnsHarmOnlyItsOwn) {
  World world;
  ScriptedReceiver receiver(ScriptedReceiver::answering(kOk));
  world.dns.answer("quick.example", {"127.0.0.1"});
  int hanging = 0;
  for (int i = 0; i < 20; ++i) {
    const auto name = "silent" + std::to_string(i) + ".example";
    world.dns.stay_silent(name);
    world.egress().send(world.order("http://" + name + ":8080/"), [&](Answer) { --hanging; });
    ++hanging;
  }
  for (int i = 0; i < 20; ++i) EXPECT_EQ(world.post(receiver.url("quick.example")).status, 200);
  EXPECT_EQ(hanging, 20);
  EXPECT_EQ(world.egress().in_flight(), 20u);
}

TEST(Network, TriesTheNextAddressWhenNoConnectionWasMade) {
  World world;
  ScriptedReceiver receiver(ScriptedReceiver::answering(kOk), nullptr, "127.0.0.3");
  world.dns.answer("hooks.example", {"127.0.0.2", "127.0.0.3"});
  const auto answer = world.post(receiver.url("hooks.example"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.remote->text(), "127.0.0.3");
  world.dns.answer("hooks.example", {"127.0.0.2"});
  EXPECT_EQ(world.post(receiver.url("hooks.example")).reason(), "connect");
}

TEST(Network, TriesNoSecondAddressOnceConnected) {
  World world;
  ScriptedReceiver receiver([](Connection& c) { c.read_request(); }, nullptr, "0.0.0.0");
  world.dns.answer("hooks.example", {"127.0.0.2", "127.0.0.3"});
  EXPECT_EQ(world.post(receiver.url("hooks.example")).reason(), "connect");
  EXPECT_EQ(receiver.requests().size(), 1u);
}

TEST(Network, ConnectsOverIpv6) {
  World world;
  ScriptedReceiver receiver(ScriptedReceiver::answering(kOk), nullptr, "::1");
  world.dns.answer("six.example", {"::1"});
  EXPECT_EQ(world.post(receiver.url("[::1]")).status, 200);
  EXPECT_EQ(world.post(receiver.url("six.example")).remote->text(), "::1");
  EXPECT_THAT(receiver.requests().at(0), HasSubstr("\r\nHost: [::1]:" + std::to_string(receiver.port()) + "\r\n"));
}

TEST(Network, TakesLocalhostWithoutDnsInDevelopment) {
  World world;
  ScriptedReceiver receiver(ScriptedReceiver::answering(kOk));
  EXPECT_EQ(world.post(receiver.url("localhost")).status, 200);
  EXPECT_EQ(world.post(receiver.url("my.localhost")).status, 200);
  EXPECT_EQ(world.dns.asked("localhost"), 0);
}

// What receivers do. Each row ends with the outcome that a tenant is told.
struct Behaviour {
  const char* name;
  ScriptedReceiver::Script script;
  const char* reason;
  int status;
};

std::vector<Behaviour> behaviours() {
  const auto after_request = [](auto then) {
    return [then](Connection& c) {
      if (c.read_request()) then(c);
    };
  };
  return {
      {"says nothing", after_request([](Connection& c) { c.wait_for_the_end(); }), "timeout", 0},
      {"does not even read", [](Connection& c) { c.pause(milliseconds{60'000}); }, "timeout", 0},
      {"drips its status line", after_request([](Connection& c) {
         for (const char byte : std::string(kOk))
           if (!c.pause(milliseconds{100}) || !c.write({&byte, 1})) return;
       }), "timeout", 0},
      {"drips its body", after_request([](Connection& c) {
         c.write("HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n");
         while (c.pause(milliseconds{50}) && c.write("x")) {
         }
       }), "timeout", 200},
      {"sends an endless body", after_request([](Connection& c) {
         c.write("HTTP/1.1 200 OK\r\n\r\n");
         while (c.write(std::string(4096, 'x'))) {
         }
       }), "status 200", 200},
      {"sends an endless chunked body", after_request([](Connection& c) {
         c.write("HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n");
         while (c.write("400\r\n" + std::string(1024, 'x') + "\r\n")) {
         }
       }), "status 500", 500},
      {"sends endless headers", after_request([](Connection& c) {
         c.write("HTTP/1.1 200 OK\r\n");
         while (c.write("X-More: " + std::string(1000, 'x') + "\r\n")) {
         }
       }), "connect", 200},
      {"sends one endless header", after_request([](Connection& c) {
         c.write("HTTP/1.1 200 OK\r\nX-Long: ");
         while (c.write(std::string(1000, 'x'))) {
         }
       }), "connect", 200},
      {"informs without end", after_request([](Connection& c) {
         while (c.write("HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n")) {
         }
       }), "connect", 103},
      {"sends endless trailers", after_request([](Connection& c) {
         c.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n");
         while (c.write("X-More: " + std::string(1000, 'x') + "\r\n")) {
         }
       }), "connect", 200},
      {"informs first", after_request([](Connection& c) {
         c.write("HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n");
         c.write(kOk);
       }), "status 200", 200},
      {"resets after the request", after_request([](Connection& c) { c.reset(); }), "connect", 0},
      {"resets within its body", after_request([](Connection& c) {
         c.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab");
         c.reset();
       }), "connect", 200},
      {"hangs up without an answer", after_request([](Connection&) {}), "connect", 0},
      {"hangs up within its headers", after_request([](Connection& c) { c.write("HTTP/1.1 200 OK\r\nX-On"); }), "connect", 200},
      {"hangs up within its body", after_request([](Connection& c) { c.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab"); }), "connect", 200},
      {"speaks no HTTP", after_request([](Connection& c) { c.write("220 mail.example ESMTP\r\n"); }), "connect", 0},
      {"speaks HTTP/0.9", after_request([](Connection& c) { c.write("<html>"); }), "connect", 0},
      {"gives two lengths", after_request([](Connection& c) {
         c.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok");
       }), "status 200", 200},
      {"ends its body by closing", after_request([](Connection& c) { c.write("HTTP/1.1 200 OK\r\n\r\nbye"); }), "status 200", 200},
      {"has no body to send", after_request([](Connection& c) { c.write("HTTP/1.1 204 No Content\r\n\r\n"); c.wait_for_the_end(); }), "status 204", 204},
      {"is gone", after_request([](Connection& c) { c.write("HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"); }), "status 410", 410},
  };
}

TEST(Network, StandsWhatReceiversDo) {
  for (const auto& behaviour : behaviours()) {
    SCOPED_TRACE(behaviour.name);
    World world;
    world.limits.whole = Duration{400};
    ScriptedReceiver receiver(behaviour.script);
    const auto answer = world.post(receiver.url());
    EXPECT_EQ(answer.reason(), behaviour.reason) << answer.detail;
    EXPECT_EQ(answer.status, behaviour.status);
    EXPECT_LE(answer.body.size(), world.limits.kept_bytes);
    EXPECT_LT(answer.latency.total, milliseconds{4000});
    EXPECT_TRUE(answer.connected);
    EXPECT_EQ(answer.header("x-early"), nullptr);
    // The next request fares well all the same.
    ScriptedReceiver healthy(ScriptedReceiver::answering(kOk));
    EXPECT_EQ(world.post(healthy.url()).status, 200);
  }
}

TEST(Network, CutsALongBodyAndKeepsItsBeginning) {
  World world;
  ScriptedReceiver receiver(ScriptedReceiver::answering("HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n" + std::string(10'000, 'y')));
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
    ScriptedReceiver receiver(ScriptedReceiver::answering(std::string("HTTP/1.1 ") + status + "\r\nLocation: " + inside.url() +
                                                          "\r\nRefresh: 0; url=" + inside.url() + "\r\nContent-Length: 0\r\n\r\n"));
    EXPECT_EQ(world.post(receiver.url()).status, std::stoi(status));
  }
  EXPECT_EQ(inside.connections(), 0);
}

TEST(Network, DecompressesNothing) {
  World world;
  const std::string bomb = "\x1f\x8b\x08";
  ScriptedReceiver receiver(ScriptedReceiver::answering("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n" + bomb));
  EXPECT_EQ(world.post(receiver.url()).body, bomb);
}

TEST(Network, ReadsNoProxyVariable) {
  for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"}) setenv(name, "http://127.0.0.1:1", 1);
  World world;
  ScriptedReceiver receiver(ScriptedReceiver::answering(kOk));
  EXPECT_EQ(world.post(receiver.url()).status, 200);
  EXPECT_EQ(http_call("GET", receiver.url(), {}, "")->status, 200);
  for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"}) unsetenv(name);
}

TEST(Network, RefusesBeforeAnySocketOpens) {
  World world;
  world.policy = {};
  ScriptedReceiver receiver(ScriptedReceiver::answering(kOk));
  EXPECT_EQ(world.post(receiver.url()).refusal, Refusal::kPlainHttp);
  EXPECT_EQ(world.post("https://127.0.0.1:" + std::to_string(receiver.port()) + "/").refusal, Refusal::kLoopbackAddress);
  EXPECT_EQ(world.post("https://2130706433/").refusal, Refusal::kNumericSpelling);
  auto order = world.order("https://a.example/");
  order.headers.push_back({"Host", "b.example"});
  EXPECT_EQ(world.send(order).refusal, Refusal::kHeader);
  order.headers.back() = {"X-A", "b\r\nX-C: d"};
  const auto answer = world.send(order);
  EXPECT_EQ(answer.refusal, Refusal::kHeader);
  EXPECT_EQ(answer.reason(), "refused by policy");
  EXPECT_EQ(world.dns.asked("a.example"), 0);
  EXPECT_EQ(receiver.connections(), 0);
}

TEST(CurlClient, JudgesTheAddressOnceMoreAsTheSocketOpens) {
  Reactor reactor;
  const SystemClock clock;
  CurlClient client(reactor, clock, {});
  ScriptedReceiver receiver(ScriptedReceiver::answering(kOk));
  // A caller that classified wrongly: the policy does not admit loopback.
  HttpRequest request{.target = {.url = *parse_url(receiver.url("hooks.example"))},
                      .address = *Address::parse("127.0.0.1"),
                      .policy = std::make_shared<const Policy>(Policy{.admit_http = true})};
  std::optional<Answer> answer;
  client.start(std::move(request), [&](Answer came) { answer = std::move(came); });
  while (!answer) client.poll(milliseconds{1000});
  EXPECT_EQ(answer->reason(), "refused by policy");
  EXPECT_EQ(answer->refusal, Refusal::kLoopbackAddress);
  EXPECT_EQ(receiver.connections(), 0);
}

TEST(Network, TrustsOnlyTheRightCertificate) {
  const Identity authority("Test authority", nullptr, true), good("hooks.example", &authority), self("hooks.example", nullptr);
  const auto path = ::testing::TempDir() + "egress_ca_" + std::to_string(getpid()) + ".pem";
  authority.write_certificate(path);
  ScriptedReceiver receiver(ScriptedReceiver::answering(kOk), &good), signs_itself(ScriptedReceiver::answering(kOk), &self),
      plain([](Connection& c) { c.write("HTTP/1.1 400 Bad Request\r\n\r\n"); }), silent([](Connection& c) { c.wait_for_the_end(); });
  World world;
  world.settings.client.extra_ca_file = path;
  world.dns.answer("hooks.example", {"127.0.0.1"});
  world.dns.answer("other.example", {"127.0.0.1"});
  auto answer = world.post(receiver.url("hooks.example"));
  EXPECT_EQ(answer.reason(), "status 200") << answer.detail;
  EXPECT_GT(answer.latency.tls, answer.latency.connected);
  EXPECT_EQ(world.post(receiver.url("hooks.example")).status, 200);
  EXPECT_EQ(receiver.connections(), 1);
  EXPECT_EQ(world.post(receiver.url("other.example")).reason(), "tls") << "another name";
  EXPECT_EQ(world.post(receiver.url("127.0.0.1")).reason(), "tls") << "no name";
  EXPECT_EQ(world.post(signs_itself.url("hooks.example")).reason(), "tls");
  EXPECT_EQ(world.post("https://hooks.example:" + std::to_string(plain.port()) + "/").reason(), "tls");
  world.limits.whole = Duration{300};
  answer = world.post("https://hooks.example:" + std::to_string(silent.port()) + "/");
  EXPECT_EQ(answer.reason(), "timeout") << "a handshake that hangs";

  World strict;
  strict.dns.answer("hooks.example", {"127.0.0.1"});
  EXPECT_EQ(strict.post(receiver.url("hooks.example")).reason(), "tls") << "an authority that nobody trusts";
  unlink(path.c_str());
}

TEST(Network, CompletesManyAtOnceEachOnce) {
  World world;
  ScriptedReceiver receiver(ScriptedReceiver::answering(kOk));
  world.dns.answer("hooks.example", {"127.0.0.1"});
  int done = 0;
  for (int i = 0; i < 100; ++i)
    world.egress().send(world.order(receiver.url(i % 2 != 0 ? "hooks.example" : "127.0.0.1")), [&](Answer answer) {
      EXPECT_EQ(answer.status, 200);
      ++done;
    });
  while (world.egress().in_flight() > 0) world.egress().poll(milliseconds{1000});
  EXPECT_EQ(done, 100);
}

TEST(Network, CancelsAtEveryStage) {
  World world;
  ScriptedReceiver receiver([](Connection& c) { c.read_request(), c.wait_for_the_end(); });
  world.dns.stay_silent("silent.example");
  const auto never = [](Answer) { ADD_FAILURE() << "was cancelled"; };
  const auto refused = world.egress().send(world.order("https://localhost:1/"), never);
  const auto resolving = world.egress().send(world.order("http://silent.example:8080/"), never);
  const auto sending = world.egress().send(world.order(receiver.url()), never);
  world.egress().cancel(refused);
  std::thread waker([&] {
    receiver.wait_for_requests(1);
    world.dns.wait_until_asked("silent.example", 2);
    world.egress().wake();
  });
  while (receiver.requests().empty() || world.dns.asked("silent.example") < 2) world.egress().poll(milliseconds{1000});
  waker.join();
  world.egress().cancel(resolving);
  world.egress().cancel(sending);
  world.egress().cancel(sending);
  EXPECT_EQ(world.egress().in_flight(), 0u);
  // And what is under way when the network ends is dropped in silence.
  world.egress().send(world.order("http://silent.example:8080/"), never);
  world.egress().send(world.order(receiver.url()), never);
  world.egress().send(world.order("https://localhost:1/"), never);
  world.network.reset();
}

TEST(Network, LetsACompletionSendAgain) {
  World world;
  ScriptedReceiver receiver(ScriptedReceiver::answering(kOk));
  int left = 5;
  std::function<void(Answer)> again = [&](Answer) {
    if (--left > 0) world.egress().send(world.order(left % 2 != 0 ? receiver.url() : "https://localhost/"), again);
  };
  world.egress().send(world.order(receiver.url()), again);
  while (world.egress().in_flight() > 0) world.egress().poll(milliseconds{1000});
  EXPECT_EQ(left, 0);
}

TEST(Fetch, GetsWithTheSameGuard) {
  World world;
  const std::string keys(20'000, 'k');
  ScriptedReceiver receiver(ScriptedReceiver::answering("HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n" + keys));
  auto order = world.order(receiver.url());
  order.method = Method::kGet;
  order.body = nullptr;
  order.limits.body_bytes = order.limits.kept_bytes = 64 * 1024;
  EXPECT_EQ(fetch(order, world.clock, world.settings).body, keys);
  EXPECT_THAT(receiver.requests().at(0), StartsWith("GET /hook HTTP/1.1\r\n"));
  order.policy = std::make_shared<const Policy>();
  EXPECT_EQ(fetch(order, world.clock, world.settings).outcome, Outcome::kRefused);
}

TEST(JudgeEndpoint, TakesWhatDoesNotResolveAndRefusesWhatLeadsInside) {
  World world;
  const Policy policy;
  const auto judged = [&](const char* url) { return judge_endpoint(url, policy, world.settings.resolver, Duration{200}); };
  world.dns.answer("good.example", {"8.8.8.8", "2600::1"});
  world.dns.answer("inside.example", {"10.0.0.1"});
  world.dns.answer("mixed.example", {"8.8.8.8", "::1"});
  world.dns.stay_silent("silent.example");
  EXPECT_EQ(judged("https://good.example/"), std::nullopt);
  EXPECT_EQ(judged("https://missing.example/"), std::nullopt);
  EXPECT_EQ(judged("https://silent.example/"), std::nullopt);
  EXPECT_EQ(judged("https://8.8.8.8/"), std::nullopt);
  EXPECT_EQ(judged("https://inside.example/"), Refusal::kSpecialAddress);
  EXPECT_EQ(judged("https://mixed.example/"), Refusal::kLoopbackAddress);
  EXPECT_EQ(judged("https://0x7f.1/"), Refusal::kNumericSpelling);
  EXPECT_EQ(judged("https://localhost/"), Refusal::kReservedName);
}

TEST(Resolver, ReadsTheHostsFileOnlyIfTold) {
  World world;
  const auto settings = world.settings.resolver;
  EXPECT_EQ(resolve_now("missing.example", Duration{3000}, settings).outcome, Lookup::Outcome::kNoName);
  world.dns.answer("Mixed.Example", {});
  world.dns.answer("two.example", {"1.2.3.4", "2600::7", "1.2.3.5"});
  auto found = resolve_now("two.example", Duration{3000}, settings);
  EXPECT_EQ(found.outcome, Lookup::Outcome::kFound);
  EXPECT_EQ(found.addresses.size(), 3u);
  EXPECT_EQ(world.dns.asked("two.example"), 2) << "no search domain, one question of each kind";
}

TEST(HttpCall, CallsWithAnyMethod) {
  ScriptedReceiver receiver(ScriptedReceiver::answering("HTTP/1.1 404 Not Found\r\nX-A: b\r\nContent-Length: 2\r\n\r\nno"));
  const auto answer = http_call("PATCH", receiver.url(), {{"Authorization", "Bearer x"}}, R"({"a":1})");
  ASSERT_TRUE(answer) << answer.error();
  EXPECT_EQ(answer->status, 404);
  EXPECT_EQ(answer->body, "no");
  EXPECT_EQ(*answer->header("x-a"), "b");
  EXPECT_THAT(receiver.requests().at(0), StartsWith("PATCH /hook HTTP/1.1\r\n"));
  EXPECT_THAT(receiver.requests().at(0), HasSubstr("\r\nAuthorization: Bearer x\r\n"));
  EXPECT_EQ(http_call("DELETE", receiver.url(), {}, "")->status, 404);
  const auto failed = http_call("GET", "http://127.0.0.1:1/", {}, "");
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error(), StartsWith("GET http://127.0.0.1:1/ failed: "));
}

}  // namespace
}  // namespace beckon::egress
