// Random histories of sessions under a delayed rule, with crashes, full disks and downtime. The messages are compared
// with a literal reading of rules.md: all signals are kept, and everything is recomputed.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "intake/testing/due_world.h"
#include "rules/language/same.h"

namespace beckon::delayed {
namespace {

using namespace std::chrono_literals;
using outbox::DeliveryState;

const Instant kStart = *parse_rfc3339("2026-11-02T12:00:00Z");
constexpr Duration kWait = 30min;
constexpr Duration kTtl = 2h;
constexpr Duration kGrace = 60s;

struct Told {
  Instant anchor{};
  bool withdrawn = false, sent = false;
};

// One session as in rules.md; of a rule with `same`, the signals of one value.
struct Model {
  struct Seen {
    Instant at{};
    std::uint64_t version = 0;
    bool purchase = false;
    Instant received{};

    Instant due() const { return at + kWait > received ? at + kWait : received + kGrace; }
  };
  std::vector<Seen> seen;
  std::set<std::uint64_t> done;
  std::map<std::uint64_t, Told> told;  // by the anchor's version

  // Messages for an anchor before it ends: by a purchase, or by a newer cart.
  void came(Instant at, bool purchase, Instant now, std::uint64_t version) {
    seen.push_back({at, version, purchase, now});
    for (auto& [anchor, one] : told) one.withdrawn = one.withdrawn || (one.anchor <= at && !one.sent);
  }
  void look(Instant now) {
    const Seen* anchor = nullptr;
    for (const Seen& one : seen)
      if (!one.purchase && (!anchor || std::pair(one.at, one.version) > std::pair(anchor->at, anchor->version)))
        anchor = &one;
    if (!anchor || done.contains(anchor->version) || now < anchor->due()) return;
    for (const Seen& one : seen)
      if (one.purchase && std::pair(one.at, one.version) > std::pair(anchor->at, anchor->version)) return;
    done.insert(anchor->version);
    if (now < anchor->at + kWait + kTtl) told[anchor->version] = {.anchor = anchor->at};
  }
};

class Lives {
 public:
  Lives(std::uint64_t seed, bool by_value) : random_(seed), values_(by_value ? 3 : 1) {
    world_.save(
        "rescue",
        R"({"triggers":["@due"],"when":{"all":[{"absent":{"key":"purchase"},"after":{"key":"cart"},"for":"30m")" +
            std::string(by_value ? R"(,"same":"value")" : "") +
            R"(}]},"ttl":"2h","action":{"type":"email","payload":{}}})");
  }

  void step() {
    switch (pick(10)) {
      case 0:
      case 1:
      case 2:
      case 3: return append(false);
      case 4:
      case 5: return append(true);
      case 6: return pass(Duration{pick(40 * 60'000)});
      case 7: return sleep(Duration{pick(4 * 3'600'000)});
      case 8: return crash();
      default: return send();
    }
  }
  void check() {
    world_.fire();
    for (auto& [name, model] : models_) model.look(world_.now());
    std::map<std::string, std::size_t> expected;
    for (const auto& [name, model] : models_)
      for (const auto& [version, told] : model.told)
        ++expected[name.first + "@" + to_rfc3339(told.anchor) +
                   (told.sent        ? " delivered"
                    : told.withdrawn ? " withdrawn"
                                     : " queued")];
    std::map<std::string, std::size_t> found;
    for (const auto& one : world_.messages())
      ++found[one.session.text + "@" + to_rfc3339(one.anchor_at) + " " + std::string(to_text(one.state))];
    EXPECT_EQ(found, expected);
  }
  std::size_t told() { return world_.messages().size(); }

 private:
  std::int64_t pick(std::int64_t below) {
    return static_cast<std::int64_t>(random_.next() % static_cast<std::uint64_t>(below));
  }

  void append(bool purchase) {
    const std::string name = "s" + std::to_string(pick(6));
    const std::string value = "v" + std::to_string(pick(values_));
    const Instant at = std::max(kStart, world_.now() - Duration{pick(3) == 0 ? pick(2 * 3'600'000) : 0});
    const bool full = pick(10) == 0;
    if (full) world_.world().commit.next = commit::CommitFault::kFull;
    const auto answer =
        world_.append(name, R"({"type":")" + std::string(purchase ? "purchase" : "cart") + R"(","signalValue":")" +
                                value + R"(","at":")" + to_rfc3339(at) + "\"}");
    world_.world().commit.next.reset();
    EXPECT_EQ(answer.has_value(), !full);
    if (answer) models_[{name, value}].came(at, purchase, world_.now(), ++versions_[name]);
    settle();
  }
  void settle() {
    world_.fire();
    for (auto& [name, model] : models_) model.look(world_.now());
  }
  // By the minute, since the model does not know the instants between.
  void pass(Duration time) {
    const Instant until = world_.now() + time;
    while (world_.now() < until) {
      world_.world().clock.set(std::min(until, world_.now() + 1min));
      settle();
    }
  }
  void sleep(Duration time) {
    world_.sleep(time);
    settle();
  }
  // Also in between: timers handed over may be committed by then or not.
  void crash() {
    world_.world().clock.advance(Duration{pick(40 * 60'000)});
    const bool handed_over = world_.alarm().step();
    if (handed_over && pick(2) == 0) {
      if (pick(2) == 0) world_.world().commit.next = commit::CommitFault::kFull;
      world_.world().committer.turn(true);
    }
    world_.restart();
    settle();
  }
  // A pending one arrives.
  void send() {
    for (const auto& one : world_.messages()) {
      if (one.state != DeliveryState::kQueued || pick(2) == 0) continue;
      outbox::Settlement sent{.delivery = one.id, .state = DeliveryState::kDelivered};
      sent.attempt.number = 1;
      EXPECT_TRUE(world_.store.commit().write({.at = world_.now(), .changes = {sent}}));
      if (Told* told = told_by(one)) told->sent = true;
      return;
    }
  }
  Told* told_by(const outbox::Delivery& message) {
    for (auto& [name, model] : models_)
      if (name.first == message.session.text && (message.same == 0 || message.same == rules::same_key(name.second)))
        for (auto& [version, told] : model.told)
          if (told.anchor == message.anchor_at && !told.sent && !told.withdrawn) return &told;
    return nullptr;
  }

  SeededRandom random_;
  intake::DueWorld world_{kStart};
  const std::int64_t values_;
  std::map<std::string, std::uint64_t> versions_;                // of each session
  std::map<std::pair<std::string, std::string>, Model> models_;  // by session and value
};

std::size_t live(bool by_value) {
  log::set_level(log::Level::kOff);
  std::size_t told = 0;
  for (std::uint64_t seed = 1; seed <= 60 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Lives lives(seed, by_value);
    for (int i = 0; i < 150; ++i) lives.step();
    lives.check();
    told += lives.told();
  }
  log::set_level(log::Level::kInfo);
  return told;
}

TEST(DueAtRandom, TellsWhatTheRuleSaysWhateverHappens) { EXPECT_GT(live(false), 500u) << "or it has shown little"; }

TEST(DueAtRandom, TellsOfEachValueWhatTheRuleSaysWhateverHappens) {
  EXPECT_GT(live(true), 500u) << "or it has shown little";
}

}  // namespace
}  // namespace beckon::delayed
