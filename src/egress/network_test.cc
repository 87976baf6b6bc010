// Everything together: connections, certificates, many at once, canceling, and the blocking calls.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>

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

TEST(Network, KeepsAConnectionAndSendsNoCookieBack) {
  World world;
  ScriptedReceiver receiver(
      ScriptedReceiver::answering("HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_EQ(world.post(receiver.url()).status, 200);
  const auto second = world.post(receiver.url());
  EXPECT_EQ(second.status, 200);
  EXPECT_TRUE(second.connected);
  EXPECT_EQ(second.latency.connected.count(), 0);
  EXPECT_EQ(receiver.connections(), 1);
  EXPECT_THAT(receiver.requests().at(1), Not(HasSubstr("ookie")));
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

TEST(Network, ReadsNoProxyVariable) {
  // NOLINTBEGIN(concurrency-mt-unsafe): nothing else reads the environment meanwhile
  for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"})
    setenv(name, "http://127.0.0.1:1", 1);
  World world;
  ScriptedReceiver receiver(ScriptedReceiver::answering(kOk));
  EXPECT_EQ(world.post(receiver.url()).status, 200);
  EXPECT_EQ(http_call(Method::kGet, receiver.url(), {}, "")->status, 200);
  for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"}) unsetenv(name);
  // NOLINTEND(concurrency-mt-unsafe)
}

TEST(Network, TrustsOnlyTheRightCertificate) {
  const Identity authority("Test authority", nullptr, Identity::Kind::kAuthority), good("hooks.example", &authority),
      self("hooks.example", nullptr), by_cn("hooks.example", &authority, Identity::Kind::kNamedByCnAlone);
  const auto path = ::testing::TempDir() + "egress_ca_" + std::to_string(getpid()) + ".pem";
  authority.write_certificate(path);
  ScriptedReceiver receiver(ScriptedReceiver::answering(kOk), &good),
      signs_itself(ScriptedReceiver::answering(kOk), &self),
      names_itself_by_cn(ScriptedReceiver::answering(kOk), &by_cn),
      plain([](Connection&c) { c.write("HTTP/1.1 400 Bad Request\r\n\r\n"); }),
      silent([](Connection&c) { c.wait_for_the_end(); });
  World world;
  world.settings.client.extra_ca_file = path;
  world.dns.answer("hooks.example", {"127.0.0.1"});
  world.dns.answer("other.example", {"127.0.0.1"});
  auto answer = world.post(receiver.url("hooks.example"));
  EXPECT_EQ(answer.reason(), "status 200") << answer.explanation();
  EXPECT_GT(answer.latency.tls, answer.latency.connected);
  EXPECT_EQ(world.post(receiver.url("hooks.example")).status, 200);
  EXPECT_EQ(receiver.connections(), 1);
  EXPECT_EQ(world.post(receiver.url("other.example")).reason(), "tls") << "another name";
  EXPECT_EQ(world.post(receiver.url("127.0.0.1")).reason(), "tls") << "no name";
  EXPECT_EQ(world.post(signs_itself.url("hooks.example")).reason(), "tls");
  EXPECT_EQ(world.post(names_itself_by_cn.url("hooks.example")).reason(), "tls") << "no alternative name";
  EXPECT_EQ(world.post("https://hooks.example:" + std::to_string(plain.port()) + "/").reason(), "tls");
  world.limits.whole = Duration{300};
  answer = world.post("https://hooks.example:" + std::to_string(silent.port()) + "/");
  EXPECT_EQ(answer.reason(), "timeout") << "a handshake that hangs";

  World strict;
  strict.dns.answer("hooks.example", {"127.0.0.1"});
  EXPECT_EQ(strict.post(receiver.url("hooks.example")).reason(), "tls") << "an authority that nobody trusts";
  unlink(path.c_str());
}

// A server of `authority` that requires TLS features that our client does not have.
Identity server_that(const Identity& authority, std::function<void(SSL_CTX*)> configure) {
  Identity made("hooks.example", &authority);
  made.configure = std::move(configure);
  return made;
}

TEST(Network, TellsEveryTroubleOfTlsApart) {
  const Identity authority("Test authority", nullptr, Identity::Kind::kAuthority),
      stranger("Stranger", nullptr, Identity::Kind::kAuthority);
  const auto path = ::testing::TempDir() + "egress_tls_" + std::to_string(getpid()) + ".pem";
  authority.write_certificate(path);
  const auto wants_certificate = [&](int version) {
    return server_that(authority, [version](SSL_CTX* context) {
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
      SSL_CTX_set_max_proto_version(context, version);
    });
  };
  const auto h2_alone = server_that(authority, [](SSL_CTX* context) {
    SSL_CTX_set_alpn_select_cb(
        context,
        [](SSL*, const unsigned char** out, unsigned char* size, const unsigned char* in, unsigned int length, void*) {
          unsigned char* chosen = nullptr;
          static constexpr unsigned char kH2[] = {2, 'h', '2'};
          const bool found =
              SSL_select_next_proto(&chosen, size, kH2, sizeof kH2, in, length) == OPENSSL_NPN_NEGOTIATED;
          *out = chosen;
          return found ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
        },
        nullptr);
  });
  const auto old = server_that(authority, [](SSL_CTX* context) {
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
  });
  const std::vector<std::pair<Identity, Trouble>> table{
      {Identity("hooks.example", &authority, Identity::Kind::kExpired), Trouble::kCertificateExpired},
      {Identity("hooks.example", &authority, Identity::Kind::kNotYetValid), Trouble::kCertificateNotYetValid},
      {Identity("shop.example", &authority), Trouble::kCertificateName},
      {Identity("hooks.example", nullptr), Trouble::kCertificateSelfSigned},
      {Identity("hooks.example", &stranger), Trouble::kCertificateUntrusted},
      {wants_certificate(TLS1_2_VERSION), Trouble::kClientCertificate},
      {wants_certificate(TLS1_3_VERSION), Trouble::kClientCertificate},
      {h2_alone, Trouble::kHttp2OnlyTls},
      {old, Trouble::kTlsVersion},
  };
  for (const auto& [identity, trouble] : table) {
    World world;
    world.settings.client.extra_ca_file = path;
    world.dns.answer("hooks.example", {"127.0.0.1"});
    ScriptedReceiver receiver(ScriptedReceiver::answering(kOk), &identity);
    const auto answer = world.post(receiver.url("hooks.example"));
    EXPECT_EQ(answer.trouble, trouble) << sentence(trouble) << " but: " << answer.explanation();
    EXPECT_EQ(answer.reason(), "tls");
  }
  // One that only requests a certificate accepts none.
  const auto asks =
      server_that(authority, [](SSL_CTX* context) { SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr); });
  ScriptedReceiver content(ScriptedReceiver::answering(kOk), &asks),
      plain([](Connection&c) { c.write("HTTP/1.1 400 Bad Request\r\n\r\n"); }), closes([](Connection&) {}),
      silent([](Connection&c) { c.wait_for_the_end(); });
  World world;
  world.settings.client.extra_ca_file = path;
  world.dns.answer("hooks.example", {"127.0.0.1"});
  const auto secure = [](const ScriptedReceiver& to) {
    return "https://hooks.example:" + std::to_string(to.port()) + "/";
  };
  EXPECT_EQ(world.post(secure(content)).explanation(), "");
  EXPECT_EQ(world.post(secure(plain)).trouble, Trouble::kNotTls);
  EXPECT_EQ(world.post(secure(closes)).trouble, Trouble::kHandshakeClosed);
  world.limits.connect = Duration{200};
  const auto late = world.post(secure(silent));
  EXPECT_EQ(late.trouble, Trouble::kHandshakeTimeout);
  EXPECT_EQ(late.reason(), "timeout");
  unlink(path.c_str());
}

TEST(Network, TrustsWhatTheCaFileSaysNow) {
  const Identity first("First authority", nullptr, Identity::Kind::kAuthority),
      second("Second authority", nullptr, Identity::Kind::kAuthority), by_first("a.example", &first),
      by_second("b.example", &second);
  const auto path = ::testing::TempDir() + "egress_ca_now_" + std::to_string(getpid()) + ".pem";
  first.write_certificate(path);
  ScriptedReceiver a(ScriptedReceiver::answering(kOk), &by_first), b(ScriptedReceiver::answering(kOk), &by_second);
  World world;
  world.settings.client.extra_ca_file = path;
  world.settings.client.watch_each = Duration{0};
  for (const char* name : {"a.example", "b.example"}) world.dns.answer(name, {"127.0.0.1"});
  EXPECT_EQ(world.post(a.url("a.example")).reason(), "status 200");
  EXPECT_EQ(world.post(b.url("b.example")).reason(), "tls");
  unlink(path.c_str());
  EXPECT_EQ(world.post(a.url("a.example")).reason(), "status 200") << "while the file is being replaced";
  second.write_certificate(path + ".new");
  EXPECT_EQ(rename((path + ".new").c_str(), path.c_str()), 0);
  EXPECT_EQ(world.post(b.url("b.example")).reason(), "status 200");
  EXPECT_EQ(world.post(a.url("a.example")).reason(), "tls") << "nor does its open connection serve any more";
  std::ofstream(path) << "half a certificate";
  EXPECT_EQ(world.post(b.url("b.example")).reason(), "status 200") << "what cannot be read changes nothing";
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
  // And requests in progress when the network is destroyed are dropped silently.
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

TEST(HttpCall, CallsWithAnyMethod) {
  ScriptedReceiver receiver(
      ScriptedReceiver::answering("HTTP/1.1 404 Not Found\r\nX-A: b\r\nContent-Length: 2\r\n\r\nno"));
  const auto answer = http_call(Method::kPatch, receiver.url(), {{"Authorization", "Bearer x"}}, R"({"a":1})");
  ASSERT_TRUE(answer) << answer.error();
  EXPECT_EQ(answer->status, 404);
  EXPECT_EQ(answer->body, "no");
  EXPECT_EQ(*answer->header("x-a"), "b");
  EXPECT_THAT(receiver.requests().at(0), StartsWith("PATCH /hook HTTP/1.1\r\n"));
  EXPECT_THAT(receiver.requests().at(0), HasSubstr("\r\nAuthorization: Bearer x\r\n"));
  EXPECT_EQ(http_call(Method::kDelete, receiver.url(), {}, "")->status, 404);
  const auto failed = http_call(Method::kGet, "http://127.0.0.1:1/", {}, "");
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error(), StartsWith("GET http://127.0.0.1:1/ failed: "));
}

}  // namespace
}  // namespace beckon::egress
