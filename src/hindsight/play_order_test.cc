// The order in which a simulation plays the journal makes no difference: step by step in one lane, as everything
// happened, it finds the same as group by group in several lanes side by side.
#include <gtest/gtest.h>

#include "hindsight/what_if.h"
#include "intake/testing/life.h"
#include "intake/trait_request.h"

namespace beckon::hindsight {
namespace {

using namespace std::chrono_literals;

constexpr std::pair<const char*, const char*> kMoreRules[] = {
    {"pro",
     R"({"triggers":["b"],"priority":10,"when":{"all":[{"trait":"plan","in":["pro"]}]},"limit":{"caps":[{"max":2,"per":"1d"}]},"action":{"type":"x"}})"},
    {"liked",
     R"({"triggers":["a"],"priority":10,"when":{"all":[{"decision":{"rule":"capped","reaction":"clicked"},"within":"12h","atLeast":1,"scope":"visitor"}]},"limit":{"cooldown":"20m"},"action":{"type":"x"}})"},
    {"later",
     R"({"triggers":["@due"],"when":{"all":[{"absent":{"key":"purchase"},"after":{"key":"cart"},"for":"40m","scope":"visitor"}]},"active":{"days":["mon","wed"],"hours":"09:00-18:00"},"ttl":"20h","action":{"type":"x"}})"},
};

// Many people, some with several browsers and ids that are joined and separated again, and sessions of nobody.
class Crowd {
 public:
  explicit Crowd(std::uint64_t seed) : dice_(seed) {
    world.settings.retention = 36h;
    world.restart();
    for (const auto& [id, text] : intake::kLifeRules) world.save(id, text);
    for (const auto& [id, text] : kMoreRules) world.save(id, text);
  }

  void step() {
    world.pass(Duration{pick(60'000)});
    switch (pick(16)) {
      case 0: return world.pass(Duration{pick(50 * 60'000)});
      case 1: return pick(12) == 0 ? world.pass(Duration{pick(40 * 3'600'000)}) : join();
      case 2: return separate();
      case 3: return say();
      case 4: return click();
      case 5: return pick(6) == 0 ? world.restart() : prefetch();
      case 6:
      case 7:
      case 8:
      case 9: return ask();
      default: return several();
    }
  }

  std::int64_t pick(std::int64_t below) {
    return static_cast<std::int64_t>(dice_.next() % static_cast<std::uint64_t>(below));
  }

  intake::DueWorld world{intake::kLifeBegins};

 private:
  static constexpr int kSessions = 60, kVisitors = 14, kBrowsers = 12;

  // Requests that arrive together, in one commit.
  void several() {
    for (std::int64_t left = 1 + pick(5); left > 0; --left) {
      auto request = intake::parse_append(*json::parse(signals()), world.world().tenants, "demo", world.now());
      ASSERT_TRUE(request) << request.error().message;
      std::unique_ptr<commit::Work> work =
          std::make_unique<intake::Append>(std::move(*request), world.world().tokens, [](const auto&, const auto&) {});
      EXPECT_TRUE(world.world().committer.submit(work));
    }
    world.world().committer.turn(true);
  }
  std::string signals() {
    static constexpr const char* kKeys[] = {"view", "view", "cart", "purchase", "visit"};
    static constexpr const char* kConsents[] = {"basic", "denied", "full", "full"};
    std::string all;
    for (std::int64_t left = 1 + pick(3); left > 0; --left) {
      const Instant at = std::max(intake::kLifeBegins, world.now() - Duration{pick(4) == 0 ? pick(3'600'000) : 0});
      all.append(all.empty() ? "" : ",").append(R"({"type":")").append(kKeys[pick(5)]);
      all.append(R"(","metadata":{"sku":)" + std::to_string(pick(3)) + R"(},"at":")" + to_rfc3339(at) + "\"");
      if (pick(3) == 0) all += R"(,"id":"i)" + std::to_string(pick(200)) + "\"";  // some are sent twice
      all += "}";
    }
    const std::string consent = pick(40) == 0 ? R"(,"consent":")" + std::string(kConsents[pick(4)]) + "\"" : "";
    return "{" + whom() + consent + R"(,"signals":[)" + all + "]}";
  }
  void ask() {
    const std::string trigger = R"(,"trigger":")" + std::string(pick(2) ? "a" : "b") + "\"}";
    const auto answer = world.world().resolve("{" + whom() + trigger);
    if (answer && answer->verdict.outcome == rules::Outcome::kAct)
      acted_.emplace_back(answer->session.text, answer->id);
  }
  void prefetch() {
    const auto ready =
        world.world().prefetch(R"({"sessionId":"s)" + std::to_string(pick(kSessions)) + R"(","trigger":"a"})");
    if (!ready || pick(2)) return;
    world.pass(Duration{pick(10 * 60'000)});
    const auto& one = ready->decisions[0];
    (void)world.append(one.session.text, R"({"type":"decision.shown","signalValue":")" + one.id + "\"}");
  }
  void click() {
    if (acted_.empty()) return;
    const auto& [session, id] = acted_[static_cast<std::size_t>(pick(static_cast<std::int64_t>(acted_.size())))];
    (void)world.append(session, R"({"type":"decision.clicked","signalValue":")" + id + "\"}");
  }
  void join() {
    const VisitorId one = visitor(), other = visitor();
    (void)world.world().plan(
        [&](commit::Draft& draft) { return commit::join(draft, intake::kDemo, one, other, draft.now() + 36h); });
  }
  void separate() {
    const VisitorId one = visitor();
    const auto records = reader_of(world.world().sessions, intake::kDemo, world.now()).records(one);
    if (records->size() < 2) return;
    (void)world.world().plan([&](commit::Draft& draft) { return commit::split(draft, intake::kDemo, {one}); });
  }
  void say() {
    const auto document = json::parse(pick(2) ? R"({"set":{"plan":"pro"}})" : R"({"set":{"plan":"free"}})");
    Issues issues;
    const auto said = intake::read_traits(document->root(), "", true, issues);
    const VisitorId one = visitor();
    (void)world.world().plan([&](commit::Draft& draft) -> std::optional<Fault> {
      const auto taken = intake::take_traits(draft, intake::kDemo, one, said, {.source = commit::kServerSource});
      return taken ? std::nullopt : std::optional(taken.error());
    });
  }
  VisitorId visitor() { return VisitorId{"v" + std::to_string(pick(kVisitors))}; }
  std::string whom() {
    const auto i = pick(kSessions);
    return R"("sessionId":"s)" + std::to_string(i) + "\"" +
           (i < 40 && pick(2) ? R"(,"visitorId":"v)" + std::to_string(i % kVisitors) + "\"" : "") +
           (i < 50 && pick(2) ? R"(,"anonymousId":"a)" + std::to_string(i % kBrowsers) + "\"" : "");
  }

  SeededRandom dice_;
  std::vector<std::pair<std::string, std::string>> acted_;  // sessions and decisions
};

std::string told(const WhatIf& found) {
  std::string all = std::to_string(found.signals) + " signals, " + std::to_string(found.asked) + " requests, " +
                    std::to_string(found.sessions) + " sessions, " + std::to_string(found.changed_sessions) +
                    " changed\n";
  for (const WhatIf::Rule& rule : found.rules) {
    all += rule.id + (rule.shadow ? " (shadow)" : "");
    for (const std::int64_t count : {rule.asked, rule.acted, rule.suppressed, rule.held_out, rule.sessions})
      all += " " + std::to_string(count);
    for (const auto& [variant, times] : rule.variants) all += " " + variant + " " + std::to_string(times);
    all += "\n";
  }
  for (const WhatIf::Example& one : found.examples) {
    all += one.session.text + " " + one.trigger + " " + to_rfc3339(one.at);
    for (const WhatIf::Answer& answer : {one.was, one.would_be})
      all += ", " + answer.outcome + " " + answer.rule + " " + answer.variant;
    all += "\n";
  }
  return all;
}

TEST(OrderOfPlaying, MakesNoDifference) {
  constexpr WhatIfLimits kStepByStep{.lanes = 1, .stretch = 1};
  constexpr WhatIfLimits kOthers[] = {{.lanes = 1}, {.threads = 2}, {.threads = 3, .lanes = 5, .stretch = 3'000}};
  std::int64_t signals = 0, fired = 0, examples = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Crowd crowd(seed);
    for (int i = 0; i < 600; ++i) crowd.step();
    WhatIfRequest request{.tenant = *crowd.world.world().tenants.find("demo"),
                          .tried = *crowd.world.store.rules().rules(intake::kDemo),
                          .live = {},
                          .since = intake::kLifeBegins + Duration{crowd.pick(3) * 7'200'000},
                          .until = crowd.world.now() + Duration{1} - Duration{crowd.pick(3) * 3'600'000},
                          .asks = {},
                          .examples = static_cast<std::size_t>(5 + crowd.pick(30))};
    request.live = request.tried;
    std::erase_if(request.live.rules, [&](const auto&) { return crowd.pick(4) == 0; });
    std::erase_if(request.tried.rules, [&](const auto&) { return crowd.pick(4) == 0; });
    if (crowd.pick(2))
      request.asks.push_back(
          {.trigger = "a",
           .on = {.keys = {{.text = "visit", .prefix = false}}, .values = {}, .sources = {}, .min_confidence = 0}});
    const auto playing = [&](const WhatIfLimits& limits) {
      WhatIfProgress progress;
      auto found = what_if(crowd.world.store.ledger(), crowd.world.world().sessions, request, limits, progress);
      return found ? told(*found) : found.error().message;
    };
    const std::string expected = playing(kStepByStep);
    for (const WhatIfLimits& limits : kOthers) EXPECT_EQ(playing(limits), expected);
    if (testing::Test::HasFailure()) return;
    WhatIfProgress progress;
    const auto found = what_if(crowd.world.store.ledger(), crowd.world.world().sessions, request, {}, progress);
    signals += found->signals;
    examples += static_cast<std::int64_t>(found->examples.size());
    for (const WhatIf::Rule& rule : found->rules)
      if (rule.id == "later" || rule.id == "rescue") fired += rule.acted + rule.held_out;
  }
  EXPECT_GT(signals, 5'000);
  EXPECT_GT(fired, 100);
  EXPECT_GT(examples, 100);
}

}  // namespace
}  // namespace beckon::hindsight
