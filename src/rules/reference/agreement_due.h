// The same for delayed rules: the anchor, the result of the rule when it is due, when it opens, and which signals it
// must receive.
#pragma once
#include <algorithm>
#include <string>

#include "rules/reference/agreement.h"

namespace beckon::rules {

class DueAgreement {
 public:
  explicit DueAgreement(std::uint64_t seed)
      : dice_(seed), base_(random_base(dice_)), rule_(random_delayed(dice_, base_)) {}

  // The first disagreement, as text; empty if there is none.
  std::string run() {
    const RuleSet set = Agreement::rule_set({rule_});
    const bool judged = rule_.find(R"("paused")") == std::string::npos && rule_.find(R"("draft")") == std::string::npos;
    if (set.delayed().size() != (judged ? 1 : 0)) return "delayed rules: " + std::to_string(set.delayed().size());
    for (int i = 0; judged && i < Agreement::kWorlds && wrong_.empty(); ++i) {
      naive::World world = random_world(dice_, base_, {rule_});
      const AsFacts facts(world, dice_, set);
      for (int k = 0; k < Agreement::kInstants && wrong_.empty(); ++k) ask(set, set.delayed()[0], world, facts);
      if (wrong_.empty()) feed(set, set.delayed()[0], world);
    }
    return wrong_;
  }

  const std::string& rule() const { return rule_; }
  Tally tally;
  long waiting = 0, closed = 0, by_value = 0;

 private:
  void ask(const RuleSet& set, const Delayed& delayed, const naive::World& world, const AsFacts& facts) {
    const Instant now =
        base_ + std::chrono::seconds{dice_.one_in(4) ? 0 : dice_.upto(30) - 10} + Duration{dice_.upto(3) - 1};
    const Facts given = facts.facts(now);
    const ledger::Window& window = delayed.visitor && given.visitor != nullptr ? *given.visitor : given.window;
    const std::string found = in_words(set.anchors(delayed, window, now, world.retention));
    const std::string wanted = in_words(anchors(world, now));
    if (found != wanted) differ("anchor " + found + ", wanted " + wanted, now);
    waiting += found != "none", by_value += found.find(" of ") != found.npos;
    compare(set.judge_due(delayed, given), world, now);
    ++tally.cases;
  }

  void compare(const RuleSet::DueVerdict& due, const naive::World& world, Instant now) {
    const naive::Answer answer = naive::judge(world, "@due", now);
    const json::Value& rule = world.rules[0].root();
    std::string outcome = answer.outcome, variant = answer.variant;
    if (!answer.beside.empty()) outcome = answer.beside[0].outcome, variant = answer.beside[0].variant;
    const Hold hold = outcome != "suppressed"         ? Hold::kNotHeld
                      : naive::open(world, rule, now) ? Hold::kLimit
                                                      : Hold::kClosed;
    if (to_text(due.verdict.outcome) != outcome || due.verdict.variant != variant || due.hold != hold)
      differ("due " + std::string(to_text(due.verdict.outcome)) + "/" + std::string(due.verdict.variant) + ", wanted " +
                 outcome + "/" + variant,
             now);
    ++tally.outcomes[static_cast<std::size_t>(due.verdict.outcome)];
    if (hold != Hold::kClosed) return;
    ++closed;
    if (due.opens_at == Instant::max()) {  // it is never open in all zones together
      if (naive::open(world, rule, now + std::chrono::minutes{dice_.upto(8 * 24 * 60)})) differ("never opens", now);
      return;
    }
    const Duration until = due.opens_at - now;
    const Instant between = now + Duration{dice_.upto(static_cast<int>(std::min<long>(until.count(), 1'000'000)))};
    if (until <= Duration{} || !naive::open(world, rule, due.opens_at) ||
        naive::open(world, rule, due.opens_at - Duration{1}) || naive::open(world, rule, between))
      differ("opens at " + to_rfc3339(due.opens_at), now);
  }

  // Checks that a signal whose removal changes the anchor feeds the rule.
  void feed(const RuleSet& set, const Delayed& delayed, const naive::World& world) {
    const auto& arrived = world.sessions[world.asking].arrived;
    if (arrived.size() > 20) return;
    const std::string with = in_words(anchors(world, base_), false);
    for (std::size_t i = 0; i < arrived.size(); ++i) {
      naive::World without{.scores = {},
                           .sessions = world.sessions,
                           .asking = world.asking,
                           .visitor = world.visitor,
                           .retention = world.retention};
      without.rules.push_back(*json::parse(rule_));
      auto& left = without.sessions[world.asking].arrived;
      const naive::Signal taken = left[i];
      left.erase(left.begin() + static_cast<std::ptrdiff_t>(i));
      if (in_words(anchors(without, base_), false) == with) continue;
      if (!taken.id.empty()) continue;  // without it, a duplicate would have been stored
      const ledger::Signal signal{.key = taken.key,
                                  .value = taken.value,
                                  .has_value = taken.has_value,
                                  .source = taken.source,
                                  .metadata = taken.metadata,
                                  .confidence = static_cast<std::int32_t>(taken.confidence * ledger::kFullConfidence)};
      if (!set.feeds(delayed, signal)) differ("is not fed by " + taken.key, base_);
    }
  }

  static std::vector<naive::Anchor> anchors(const naive::World& world, Instant now) {
    return naive::anchors(world, world.rules[0].root().find("when")->find("all")->items()[0], now, true);
  }

  template <class Anchor>
  static std::string in_words(const std::vector<Anchor>& anchors, bool versions = true) {
    if (anchors.empty()) return "none";
    std::string out;
    for (const Anchor& anchor : anchors) {
      out += to_rfc3339(anchor.at) + " due " + to_rfc3339(anchor.due) + " received " + to_rfc3339(anchor.received);
      if (!anchor.same.empty()) out += " of " + anchor.same;
      if (versions) out += " version " + std::to_string(anchor.version) + " place " + std::to_string(anchor.place);
      out += "; ";
    }
    return out;
  }

  void differ(const std::string& what, Instant at) {
    if (wrong_.empty()) wrong_ = "at " + to_rfc3339(at) + ": " + what;
  }

  Dice dice_;
  Instant base_;
  std::string rule_;
  std::string wrong_;
};

}  // namespace beckon::rules
