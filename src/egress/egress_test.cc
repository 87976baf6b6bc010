// Egress over a resolver and a client made of values, as the simulator does.
#include "egress/egress.h"

#include <gtest/gtest.h>

#include <map>

#include "egress/retry_after.h"
#include "net/event_loop.h"

namespace beckon::egress {
namespace {

using std::chrono::milliseconds;

class ScriptedResolver final : public Resolver {
 public:
  Ticket start(const std::string& name, Duration at_most, Completion completion) override {
    asked.push_back({name, at_most});
    completions[++last] = std::move(completion);
    return last;
  }
  void cancel(Ticket ticket) override { completions.erase(ticket); }
  void answer(Ticket ticket, Lookup lookup) { completions.extract(ticket).mapped()(std::move(lookup)); }

  std::vector<std::pair<std::string, Duration>> asked;
  std::map<Ticket, Completion> completions;
  Ticket last = 0;
};

class ScriptedClient final : public HttpClient {
 public:
  Ticket start(HttpRequest request, Completion completion) override {
    requests.push_back(std::move(request));
    completions[++last] = std::move(completion);
    return last;
  }
  void cancel(Ticket ticket) override { completions.erase(ticket); }
  void poll(Duration at_most) override { waited = at_most; }
  void wake() override {}
  void answer(Ticket ticket, Answer answer) { completions.extract(ticket).mapped()(std::move(answer)); }

  std::vector<HttpRequest> requests;
  std::map<Ticket, Completion> completions;
  Ticket last = 0;
  Duration waited{-1};
};

class EgressOverScripts : public ::testing::Test {
 protected:
  Egress::Ticket send(const std::string& url) {
    return egress.send({.url = url, .policy = std::make_shared<const Policy>()},
                       [this](Answer answer) { answers.push_back(std::move(answer)); });
  }
  static Lookup found(std::vector<const char*> texts, milliseconds elapsed) {
    Lookup lookup{.outcome = Lookup::Outcome::kFound, .elapsed = elapsed};
    for (const char* text : texts) lookup.addresses.push_back(*IpAddress::parse(text));
    return lookup;
  }

  ScriptedResolver resolver;
  ScriptedClient client;
  Egress egress{resolver, client};
  std::vector<Answer> answers;
};

TEST_F(EgressOverScripts, SpendsOneDeadlineOverAll) {
  send("https://a.example/");
  EXPECT_EQ(resolver.asked.at(0), (std::pair<std::string, Duration>{"a.example", Duration{3000}}));
  resolver.answer(1, found({"2600::1", "8.8.8.8", "8.8.4.4"}, milliseconds{2500}));
  std::vector<std::string> order;
  for (const auto& address : client.requests.at(0).addresses) order.push_back(address.text());
  EXPECT_EQ(order, (std::vector<std::string>{"8.8.8.8", "8.8.4.4", "2600::1"}));
  EXPECT_EQ(client.requests.at(0).whole, Duration{7500});
  client.answer(
      1, Answer{.outcome = Outcome::kStatus,
                .status = 200,
                .latency = {.connected = milliseconds{10}, .sent = milliseconds{20}, .total = milliseconds{30}}});
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].latency.dns, milliseconds{2500});
  EXPECT_EQ(answers[0].latency.connected, milliseconds{2510});
  EXPECT_EQ(answers[0].latency.tls.count(), 0);
  EXPECT_EQ(answers[0].latency.total, milliseconds{2530});
}

TEST_F(EgressOverScripts, IsNoScannerForWhoeverOwnsAZone) {
  send("https://a.example/");
  Lookup many{.outcome = Lookup::Outcome::kFound, .addresses = {}};
  for (std::uint8_t i = 1; i <= 100; ++i) many.addresses.push_back(IpAddress::v4(8, 8, 8, i));
  resolver.answer(1, std::move(many));
  EXPECT_EQ(client.requests.at(0).addresses.size(), 16u);
}

TEST_F(EgressOverScripts, CompletesARefusalFromPollWithoutWaiting) {
  send("https://10.0.0.1/");
  EXPECT_TRUE(answers.empty());
  egress.poll(milliseconds{500});
  EXPECT_EQ(client.waited, Duration{0});
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].refusal, Refusal::kSpecialAddress);
  EXPECT_EQ(egress.in_flight(), 0u);
}

TEST_F(EgressOverScripts, ForgetsWhatIsCancelled) {
  const auto refused = send("https://10.0.0.1/");
  const auto resolving = send("https://a.example/");
  const auto sending = send("https://8.8.8.8/");
  for (const auto ticket : {refused, resolving, sending}) egress.cancel(ticket);
  egress.poll(milliseconds{0});
  EXPECT_TRUE(answers.empty() && client.completions.empty() && resolver.completions.empty());
}

TEST(RetryAfter, ReadsSecondsAndDates) {
  const auto now = *parse_rfc3339("2026-02-25T12:00:00Z");
  EXPECT_EQ(parse_retry_after("0", now), Duration{0});
  EXPECT_EQ(parse_retry_after(" 120 ", now), Duration{120'000});
  EXPECT_EQ(parse_retry_after("99999999999999999999999", now), Duration{std::chrono::days{366}});
  EXPECT_EQ(parse_retry_after("Wed, 25 Feb 2026 12:01:00 GMT", now), Duration{60'000});
  EXPECT_EQ(parse_retry_after("Wednesday, 25-Feb-26 12:01:00 GMT", now), Duration{60'000});
  EXPECT_EQ(parse_retry_after("Wed Feb 25 12:01:00 2026", now), Duration{60'000});
  EXPECT_EQ(parse_retry_after("Wed, 25 Feb 2026 11:00:00 GMT", now), Duration{0});
  EXPECT_EQ(parse_retry_after("7.25", now), Duration{7'250});
  EXPECT_EQ(parse_retry_after("0.5", now), Duration{500});
  EXPECT_EQ(parse_retry_after("3.0001", now), Duration{3'001});
  EXPECT_EQ(parse_retry_after("99999999999999999999999.9", now), Duration{std::chrono::days{366}});
  for (const char* text :
       {"", " ", "-1", "1.", ".5", "1.5.2", "1,5", "1.5s", "1e3", "soon", "1s", "0x10", "tomorrow at noon",
        "Mon, 30 Feb 2026 12:00:00 GMT", "Wed, 25 Feb 2026 12:01:00 GMT and more"})
    EXPECT_FALSE(parse_retry_after(text, now)) << text;
}

}  // namespace
}  // namespace beckon::egress
