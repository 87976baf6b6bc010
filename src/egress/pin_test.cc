// From a name to the address that is connected to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/check.h"
#include "egress/testing/world.h"
#include "net/descriptor.h"
#include "net/socket_address.h"
#include "system/clock.h"

namespace beckon::egress {
namespace {

using namespace testing;
using std::chrono::milliseconds;
using Connection = ScriptedReceiver::Connection;
using ::testing::HasSubstr;

// Listens, accepts nothing, and has more pending connections than its queue holds: further ones get no response.
class FullQueue {
 public:
  FullQueue(const std::string& address, int port) {
    const auto at = net::to_socket_address(*IpAddress::parse(address), static_cast<std::uint16_t>(port));
    open_.emplace_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    CHECK(bind(open_.back().number(), at.get(), at.size) == 0 && listen(open_.back().number(), 0) == 0);
    for (int i = 0; i < 3; ++i) {
      open_.emplace_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      (void)connect(open_.back().number(), at.get(), at.size);
    }
  }

 private:
  std::vector<net::Descriptor> open_;
};

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
  for (const char* evil :
       {"10.0.0.1", "169.254.169.254", "fd00:ec2::254", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe"}) {
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
  const std::vector<std::pair<const char*, Trouble>> table{{"missing.example", Trouble::kNoSuchName},
                                                           {"empty.example", Trouble::kNoAddress},
                                                           {"fails.example", Trouble::kDnsFailed},
                                                           {"nonsense.example", Trouble::kDnsTimeout},
                                                           {"silent.example", Trouble::kDnsTimeout}};
  for (const auto& [host, trouble] : table) {
    const auto answer = world.post(std::string("http://") + host + ":8080/");
    EXPECT_EQ(answer.reason(), "dns") << host;
    EXPECT_EQ(answer.trouble, trouble) << host << ": " << answer.explanation();
    EXPECT_FALSE(answer.refusal || answer.remote);
    EXPECT_FALSE(answer.explanation().empty());
  }
}

TEST(Network, UsesOneFamilyWhenTheOtherStaysSilent) {
  World world;
  world.limits.dns = Duration{500};
  ScriptedReceiver receiver(ScriptedReceiver::answering(kOk));
  world.dns.answer("half.example", {"127.0.0.1"});
  world.dns.stay_silent_on_v6("half.example");
  EXPECT_EQ(world.post(receiver.url("half.example")).status, 200);
}

TEST(Resolver, WaitsOnlyAMomentForAaaaOnceAIsThere) {
  World world;
  auto settings = world.settings.resolver;
  settings.try_each = Duration{60'000};
  world.dns.answer("dropped.example", {"192.0.2.17"});
  world.dns.stay_silent_on_v6("dropped.example");
  const auto lookup = resolve_now("dropped.example", Duration{120'000}, settings);
  ASSERT_EQ(lookup.outcome, Lookup::Outcome::kFound);
  EXPECT_EQ(lookup.addresses.at(0).text(), "192.0.2.17");
  EXPECT_LT(lookup.elapsed, milliseconds{60'000});
}

// Addresses that never respond: their listeners' queues are full.
TEST(Network, ReachesTheOneAddressThatLivesHoweverManyAreDead) {
  World world;
  ScriptedReceiver living(ScriptedReceiver::answering(kOk), nullptr, "127.0.0.19");
  std::vector<std::unique_ptr<FullQueue>> dead;
  std::vector<std::string> addresses;
  for (int i = 11; i < 19; ++i) {
    addresses.push_back("127.0.0." + std::to_string(i));
    dead.push_back(std::make_unique<FullQueue>(addresses.back(), living.port()));
  }
  addresses.push_back("127.0.0.19");
  world.dns.answer("hooks.example", addresses);
  const auto answer = world.post(living.url("hooks.example"));
  EXPECT_EQ(answer.reason(), "status 200") << answer.explanation();
  EXPECT_EQ(answer.remote->text(), "127.0.0.19");
  EXPECT_LT(answer.latency.total, milliseconds{10'000});
  EXPECT_EQ(world.post(living.url("hooks.example")).latency.connected.count(), 0) << "and stays with it";
  addresses.pop_back();
  world.dns.answer("dead.example", addresses);
  world.limits.connect = Duration{300};
  const auto failed = world.post(living.url("dead.example"));
  EXPECT_EQ(failed.reason(), "timeout");
  EXPECT_EQ(failed.trouble, Trouble::kConnectTimeout);
  EXPECT_FALSE(failed.connected);
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
  const auto refused = world.post(receiver.url("hooks.example"));
  EXPECT_EQ(refused.reason(), "connect");
  EXPECT_EQ(refused.trouble, Trouble::kPortRefused);
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

TEST(Network, RefusesBeforeAnySocketOpens) {
  World world;
  world.policy = {};
  ScriptedReceiver receiver(ScriptedReceiver::answering(kOk));
  EXPECT_EQ(world.post(receiver.url()).refusal, Refusal::kPlainHttp);
  EXPECT_EQ(world.post("https://127.0.0.1:" + std::to_string(receiver.port()) + "/").refusal,
            Refusal::kLoopbackAddress);
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

TEST(SocketClient, JudgesTheAddressOnceMoreAsTheSocketOpens) {
  EventLoop loop;
  const SystemClock clock;
  SocketClient client(loop, clock, {});
  ScriptedReceiver receiver(ScriptedReceiver::answering(kOk));
  // Simulates a wrong classification: the policy does not admit loopback.
  HttpRequest request{.target = {.url = *parse_url(receiver.url("hooks.example"))},
                      .addresses = {*IpAddress::parse("127.0.0.1")},
                      .policy = std::make_shared<const Policy>(Policy{.admit_http = true})};
  std::optional<Answer> answer;
  client.start(std::move(request), [&](Answer came) { answer = std::move(came); });
  while (!answer) client.poll(milliseconds{1000});
  EXPECT_EQ(answer->reason(), "refused by policy");
  EXPECT_EQ(answer->refusal, Refusal::kLoopbackAddress);
  EXPECT_EQ(receiver.connections(), 0);
}

TEST(Resolver, TakesUpAChangeOfItsServersWhileOldQuestionsEnd) {
  World world;
  const auto path = ::testing::TempDir() + "egress_resolv_" + std::to_string(getpid());
  std::ofstream(path) << "1";
  auto settings = world.settings.resolver;
  settings.watched_file = path;
  settings.watch_each = Duration{0};
  EventLoop loop;
  CaresResolver resolver(loop, settings);
  world.dns.answer("a.example", {"1.2.3.4"});
  world.dns.stay_silent("silent.example");
  int found = 0, silent = 0;
  for (int i = 1; i <= 10; ++i) {
    resolver.start("silent.example", Duration{50}, [&](Lookup lookup) {
      EXPECT_EQ(lookup.outcome, Lookup::Outcome::kTimeout);
      ++silent;
    });
    std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() + std::chrono::seconds{i});
    resolver.start("a.example", Duration{3000}, [&](Lookup lookup) {
      EXPECT_EQ(lookup.outcome, Lookup::Outcome::kFound);
      ++found;
    });
    while (found < i) loop.poll(Duration{1000});
  }
  while (silent < 10) loop.poll(Duration{1000});
  unlink(path.c_str());
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

}  // namespace
}  // namespace beckon::egress
