// For tests: random histories of sessions with everything that a decision can read.
#pragma once
#include <gtest/gtest.h>

#include <array>
#include <map>

#include "intake/testing/due_world.h"

namespace beckon::intake {

using namespace std::chrono_literals;

inline const Instant kLifeBegins = *parse_rfc3339("2026-11-02T12:00:00Z");

inline constexpr std::array<std::pair<const char*, const char*>, 11> kLifeRules{{
    {"capped",
     R"({"triggers":["a"],"priority":8,"when":{"all":[{"count":{"key":"view"},"within":"1h","atLeast":1}]},"limit":{"cooldown":"1m","caps":[{"max":2,"per":"session"},{"max":3,"per":"2h"}]},"split":{"unit":"session","holdout":40,"arms":{"p":1,"q":2}},"actions":{"p":{"type":"x"},"q":{"type":"y"}}})"},
    {"shadow",
     R"({"triggers":["a","b"],"status":"shadow","priority":9,"when":{},"limit":{"caps":[{"max":2,"per":"1d"}],"group":"g"},"action":{"type":"x"}})"},
    {"visitor",
     R"({"triggers":["a","b"],"priority":7,"when":{"all":[{"count":{"key":"view"},"within":"3h","atLeast":3,"scope":"visitor"}]},"limit":{"caps":[{"max":3,"per":"6h"}],"group":"g"},"action":{"type":"x"}})"},
    {"abroad",
     R"({"triggers":["b"],"priority":6,"when":{"all":[{"context":"country","in":["US"]}]},"action":{"type":"x"}})"},
    {"missed",
     R"({"triggers":["b"],"priority":5,"when":{"all":[{"absent":{"key":"purchase"},"after":{"key":"cart"},"for":"10m"}]},"action":{"type":"x"}})"},
    {"rescue",
     R"({"triggers":["@due"],"when":{"all":[{"absent":{"key":"purchase"},"after":{"key":"cart"},"for":"30m"}]},"limit":{"caps":[{"max":2,"per":"1d"}]},"split":{"holdout":60,"arms":{"p":1,"q":1}},"actions":{"p":{"type":"x"},"q":{"type":"y"}},"ttl":"2h"})"},
    {"afar",
     R"({"triggers":["@due"],"when":{"all":[{"absent":{"key":"purchase"},"after":{"key":"cart"},"for":"1h","scope":"visitor"}]},"action":{"type":"x"}})"},
    {"watched",
     R"({"triggers":["@due"],"status":"shadow","when":{"all":[{"absent":{"key":"view"},"after":{"key":"cart"},"for":"20m"}]},"action":{"type":"x"}})"},
    {"each",
     R"({"triggers":["@due"],"when":{"all":[{"absent":{"key":"purchase"},"after":{"key":"cart"},"for":"40m","same":"sku"}]},"limit":{"caps":[{"max":6,"per":"1d"}]},"action":{"type":"x","payload":{"sku":"{{same}}"}},"ttl":"2h"})"},
    {"each-afar",
     R"({"triggers":["@due"],"when":{"all":[{"absent":{"key":"purchase"},"after":{"key":"cart"},"for":"50m","same":"sku","scope":"visitor"}]},"action":{"type":"x","payload":{"sku":"{{same}}"}}})"},
    {"again",
     R"({"triggers":["a"],"priority":4,"when":{"all":[{"steps":[{"key":"view"},{"key":"cart"}],"same":"sku","within":"2h","reached":2,"scope":"visitor"}]},"action":{"type":"x","payload":{"sku":"{{same}}"}}})"},
}};

class Life {
 public:
  // With `restarts` false, the same seed gives the same history without restarts.
  explicit Life(std::uint64_t seed, bool restarts = true) : restarts_(restarts), dice_(seed), crashes_(seed) {
    for (const auto& [id, text] : kLifeRules) world.save(id, text);
  }

  // Time passes and due timers fire; then something happens.
  void step() {
    world.pass(Duration{pick(90'000)});
    if (crashes_.next() % 4 == 0) restart();
    switch (pick(13)) {
      case 0:
      case 1:
      case 2:
      case 3: return append();
      case 4: return prefetch();
      case 5: return show();
      case 6: return world.pass(Duration{pick(40 * 60'000)});
      case 7: return restart();
      default: return resolve();
    }
  }

  void restart() {
    if (restarts_) world.restart();
  }

  std::int64_t pick(std::int64_t below) {
    return static_cast<std::int64_t>(dice_.next() % static_cast<std::uint64_t>(below));
  }
  static std::string session(std::int64_t i) { return "s" + std::to_string(i); }
  std::string any_session() { return session(pick(kSessions)); }

  void append() {
    static constexpr const char* kKeys[] = {"view", "view", "cart", "purchase"};
    const Instant at = std::max(kLifeBegins, world.now() - Duration{pick(3) == 0 ? pick(3'600'000) : 0});
    EXPECT_TRUE(world.world().append("{" + whom() + context() + R"(,"signals":[{"type":")" + kKeys[pick(4)] +
                                     R"(","metadata":{"sku":)" + std::to_string(pick(3)) + R"(},"at":")" +
                                     to_rfc3339(at) + "\"}]}"));
  }
  void resolve() {
    const auto answer = world.world().resolve("{" + whom() + context() + "," + trigger() + "}");
    ASSERT_TRUE(answer) << answer.error().message;
    answered[answer->id] = *answer;
  }
  // For an existing session.
  void prefetch() {
    const std::string of = any_session();
    const auto known = world.world().session(of);
    if (!known || !prefetches) return;
    const auto ready = world.world().prefetch(R"({"sessionId":")" + of + "\"" + context() + "," + trigger() + "}");
    ASSERT_TRUE(ready) << ready.error().message;
    answered[ready->decisions[0].id] = ready->decisions[0];
    prefetched.push_back(ready->decisions[0]);
  }
  void show() {
    if (prefetched.empty()) return;
    const decision::Envelope& one =
        prefetched[static_cast<std::size_t>(pick(static_cast<std::int64_t>(prefetched.size())))];
    EXPECT_TRUE(world.append(one.session.text, R"({"type":"decision.shown","signalValue":")" + one.id + "\"}"));
  }

  static constexpr int kSessions = 8;
  DueWorld world{kLifeBegins};
  std::map<std::string, decision::Envelope> answered;  // by decisionId
  std::vector<decision::Envelope> prefetched;
  bool prefetches = true;  // some are shown later, when more is known of the visitor

 private:
  // Some requests name the session's visitor, some only later, some never.
  std::string whom() {
    const auto i = pick(kSessions);
    return R"("sessionId":")" + session(i) + "\"" +
           (i < 6 && pick(2) ? R"(,"visitorId":"v)" + std::to_string(i % 3) + "\"" : "") +
           (pick(2) ? R"(,"anonymousId":"a)" + std::to_string(i % 2) + "\"" : "");
  }
  std::string context() {
    static constexpr const char* kContexts[] = {"", "", R"(,"context":{"country":"US"})",
                                                R"(,"context":{"country":"GR"})"};
    return kContexts[pick(4)];
  }
  std::string trigger() { return R"("trigger":")" + std::string(pick(2) ? "a" : "b") + "\""; }

  const bool restarts_;
  SeededRandom dice_, crashes_;
};

}  // namespace beckon::intake
