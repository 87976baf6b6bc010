// Compares the engine with the reference evaluator on random cases: the same result, runners-up and exposures; the same
// result and fingerprint until just before it expires; and a cause if it expires before its ttl.
#pragma once
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "rules/reference/random_worlds.h"
#include "rules/reference/testing.h"

namespace beckon::rules {

// The condition at "when.any[0].none[1]", and whether it must not be true there.
inline std::pair<const json::Value*, bool> at_path(const json::Value& rule, const std::string& path) {
  const json::Value* value = rule.find("when");
  bool negated = false;
  for (std::size_t at = path.find('.'); at != path.npos; at = path.find('.', at + 1)) {
    const std::size_t bracket = path.find('[', at);
    const std::string group = path.substr(at + 1, bracket - at - 1);
    negated = negated != (group == "none");
    value = &value->find(group)->items()[std::stoul(path.substr(bracket + 1))];
  }
  return {value, negated};
}

// Totals over all cases of a run, so that a test can check that each kind occurred often.
struct Tally {
  long cases = 0, beside = 0, shadow = 0, spending = 0, expired = 0;
  std::array<long, 4> outcomes{};  // by Outcome

  void add(const Tally& other) {
    cases += other.cases, beside += other.beside, shadow += other.shadow, spending += other.spending,
        expired += other.expired;
    for (std::size_t i = 0; i < outcomes.size(); ++i) outcomes[i] += other.outcomes[i];
  }
};

// One random rule set on several random worlds, each at several instants. Confined to one thread.
class Agreement {
 public:
  static constexpr int kWorlds = 4, kInstants = 5;
  static constexpr Duration kTick{1};

  // `alike`: rules that differ in little but their numbers.
  explicit Agreement(std::uint64_t seed, bool alike)
      : dice_(seed), base_(random_base(dice_)), rules_(random_rules(dice_, base_, alike)) {}

  // The first disagreement, as text; empty if there is none.
  std::string run() {
    const RuleSet set = rule_set(rules_), without_shadow = rule_set(live_rules());
    for (int i = 0; i < kWorlds && wrong_.empty(); ++i) {
      naive::World world = random_world(dice_, base_, rules_);
      if (dice_.one_in(3)) {
        ask_late(set, without_shadow, world);
      } else {
        const AsFacts facts(world, dice_, set);
        ask(set, without_shadow, world, facts);
      }
    }
    return wrong_;
  }

  std::vector<std::string> live_rules() const {
    std::vector<std::string> out = rules_;
    std::erase_if(out, [](const std::string& rule) { return rule.find(R"("status":"shadow")") != std::string::npos; });
    return out;
  }

  std::string rules_in_words() const {
    std::string out;
    for (const std::string& rule : rules_) out += rule + "\n";
    return out;
  }

  static Declared declared() {
    const auto document = json::parse(kRandomScores);
    Issues issues;
    return {read_scores(document->root(), "scores", issues), kRandomZone};
  }
  static RuleSet rule_set(const std::vector<std::string>& rules) { return testing::rule_set(rules, declared()); }

  // The result without the shadow rules, which never change it.
  static std::string live_words(Verdict verdict) {
    std::erase_if(verdict.beside, [](const Beside& one) { return one.shadow; });
    return in_words(verdict);
  }

  // The part that the envelope shows.
  static std::string answer_words(Verdict verdict) {
    verdict.beside.clear();
    return in_words(verdict);
  }

  // "act r1/b popup r1b spends 123 | shadow act r2"
  static std::string in_words(const Verdict& verdict) {
    std::string out =
        std::string(to_text(verdict.outcome)) + " " + std::string(verdict.rule) + "/" + std::string(verdict.variant);
    if (!verdict.action_json.empty())
      out += " " + std::string(json::parse(std::string(verdict.action_json))->root().find("type")->text());
    out += " spends " + std::to_string(verdict.spends);
    for (const Beside& one : verdict.beside)
      out.append(one.shadow ? " | shadow " : " | ")
          .append(to_text(one.outcome))
          .append(" ")
          .append(one.rule)
          .append("/")
          .append(one.variant)
          .append(" spends ")
          .append(std::to_string(one.spends));
    return out;
  }

  Tally tally;

 private:
  // Some of the rules are saved while the signals arrive. Until windows are filled, only the others are judged.
  void ask_late(const RuleSet& set, const RuleSet& without_shadow, naive::World& world) {
    SavedLate late;
    std::vector<std::string> former;
    StoredRules stored{.version = 1};
    for (const std::string& rule : rules_) {
      const RuleId id(json::parse(rule)->root().find("ruleId")->text());
      if (dice_.one_in(2)) {
        former.push_back(rule);
        stored.rules.push_back({.id = id, .json = rule, .rules_version = 1});
      } else {
        late.ids.push_back(id);
        stored.filling.push_back({.id = id, .json = rule});
      }
    }
    late.before = rule_set(former);
    late.filling = std::move(*RuleSet::compile(stored, system_zones(), declared()));
    if (dice_.one_in(8)) scroll(world);
    const AsFacts facts(world, dice_, set, &late);
    ask(set, without_shadow, world, facts);
    if (std::ranges::any_of(world.sessions, [](const auto& one) { return one.arrived.size() > 200; })) return;
    std::vector<json::Document> all;  // nothing has left the windows
    for (const std::string& rule : former) all.push_back(*json::parse(rule));
    std::swap(all, world.rules);
    compare(late.filling.judge("t", facts.facts(base_)), world, base_);
    std::swap(all, world.rules);
  }

  // Many signals that hardly any rule reads push others out of the window.
  void scroll(naive::World& world) {
    auto& arrived = world.sessions[world.asking].arrived;
    const std::size_t place = arrived.empty() ? 0 : arrived[0].place;
    for (naive::Signal& signal : arrived) signal.place = place;
    for (int i = 200 + dice_.upto(150); i > 0; --i) {
      naive::Signal signal{.key = "z", .at = base_ - std::chrono::seconds{dice_.upto(40)}};
      signal.received = signal.at;
      if (dice_.one_in(6)) signal = random_signal(dice_, base_);
      signal.place = place;
      arrived.insert(arrived.begin() + dice_.upto(static_cast<int>(arrived.size()) + 1), std::move(signal));
    }
  }

  void ask(const RuleSet& set, const RuleSet& without_shadow, const naive::World& world, const AsFacts& facts) {
    for (int i = 0; i < kInstants && wrong_.empty(); ++i) {
      const Instant now =
          base_ + std::chrono::seconds{dice_.one_in(4) ? 0 : dice_.upto(30) - 10} + Duration{dice_.upto(3) - 1};
      const Verdict verdict = set.judge("t", facts.facts(now));
      const naive::Answer answer = compare(verdict, world, now);
      if (verdict.expires_at <= now || verdict.expires_at > now + answer.ttl)
        return differ("valid until " + to_rfc3339(verdict.expires_at), now);
      const auto until = (verdict.expires_at - now).count();
      stand(set, verdict, world, facts, verdict.expires_at - kTick);
      stand(set, verdict, world, facts, now + Duration{dice_.upto(static_cast<int>(std::min<long>(until, 1'000'000)))});
      if (verdict.expires_at != now + answer.ttl && !lingers()) expect_a_cause(verdict, world);
      const Verdict alone = without_shadow.judge("t", facts.facts(now));
      if (live_words(verdict) != in_words(alone) || verdict.expires_at != alone.expires_at ||
          verdict.reading != alone.reading)
        differ("a shadow rule changes " + in_words(alone), now);
      if (dice_.one_in(10)) explain(set, world, facts.facts(now));
      count(verdict);
    }
  }

  // If gains and losses meet near a bound, the engine may report a shorter validity than possible (measures/score.cc,
  // score_holds_until).
  bool lingers() const { return rules_in_words().find(R"("score":"mixed")") != std::string::npos; }

  // Checks the explanation of each rule and of each failed condition.
  void explain(const RuleSet& set, const naive::World& world, const Facts& facts) {
    std::string text;
    json::Writer out(text);
    set.explain("t", facts, out);
    const auto document = json::parse(text);
    for (const json::Value& said : document->root().items()) {
      const auto id = said.find("ruleId")->text();
      const auto rule = std::ranges::find(world.rules, id,
                                          [](const json::Document& one) { return one.root().find("ruleId")->text(); });
      const bool matched = said.find("matched")->boolean();
      if (matched != naive::rule_holds(world, rule->root(), facts.now))
        differ("explains " + std::string(id), facts.now);
      for (const json::Value& condition : said.find("conditions")->items()) {
        const std::string path(condition.find("path")->text());
        if (!matched && path.starts_with("when.") && held_at(world, rule->root(), path, facts.now))
          differ("explains " + std::string(id) + " " + path, facts.now);
      }
    }
  }
  static bool held_at(const naive::World& world, const json::Value& rule, const std::string& path, Instant now) {
    const auto& [condition, negated] = at_path(rule, path);
    const json::Value* decision = condition->find("decision");
    const json::Value* status = rule.find("status");
    const bool own_shadow = decision && status && status->text() == "shadow" &&
                            decision->find("rule")->text() == rule.find("ruleId")->text();
    return naive::holds(world, *condition, now, own_shadow) != negated;
  }

  void count(const Verdict& verdict) {
    ++tally.cases;
    ++tally.outcomes[static_cast<std::size_t>(verdict.outcome)];
    tally.beside += static_cast<long>(verdict.beside.size());
    tally.shadow += std::ranges::count(verdict.beside, true, &Beside::shadow);
    tally.spending += verdict.spends != 0;
  }

  naive::Answer compare(const Verdict& verdict, const naive::World& world, Instant now) {
    naive::Answer answer = naive::judge(world, "t", now);
    const std::string found = in_words(verdict) + marks(verdict), wanted = in_words(answer) + marks(answer);
    if (found != wanted) differ("found " + found + ", wanted " + wanted, now);
    return answer;
  }

  void stand(const RuleSet& set, const Verdict& verdict, const naive::World& world, const AsFacts& facts,
             Instant later) {
    const Verdict again = set.judge("t", facts.facts(later));
    compare(again, world, later);
    if (live_words(again) != live_words(verdict))
      differ("was " + in_words(verdict) + " and still valid, is " + in_words(again), later);
    if (again.reading != verdict.reading) differ("another reading of " + in_words(verdict), later);
  }

  // Something that was read changes at that very instant, or a signal or an exposure becomes visible.
  void expect_a_cause(const Verdict& verdict, const naive::World& world) {
    ++tally.expired;
    const auto before = naive::picture(world, "t", verdict.expires_at - kTick),
               after = naive::picture(world, "t", verdict.expires_at);
    const bool comes = std::ranges::any_of(world.sessions, [&](const naive::Session& session) {
      return std::ranges::find(session.arrived, verdict.expires_at, &naive::Signal::at) != session.arrived.end() ||
             std::ranges::find(session.spends, verdict.expires_at, &naive::Spend::at) != session.spends.end() ||
             std::ranges::find(session.decided, verdict.expires_at, &naive::Decided::at) != session.decided.end();
    });
    if (before == after && !comes) differ("nothing changes of " + in_words(verdict), verdict.expires_at);
  }

  // Whether the decision and each runner-up must be stored because rules read them.
  static std::string marks(const Verdict& verdict) {
    std::string out = verdict.mark != 0 ? " marked" : " ";
    for (const Beside& one : verdict.beside) out += one.mark != 0 ? '1' : '0';
    return out;
  }
  static std::string marks(const naive::Answer& answer) {
    std::string out = answer.marked ? " marked" : " ";
    for (const naive::Beside& one : answer.beside) out += one.marked ? '1' : '0';
    return out;
  }

  static std::string in_words(const naive::Answer& answer) {
    const auto key = [](const std::optional<naive::Account>& of) { return std::to_string(of ? key_of(*of) : 0); };
    std::string out = answer.outcome + " " + answer.rule + "/" + answer.variant;
    if (!answer.action_type.empty()) out += " " + answer.action_type;
    out += " spends " + key(answer.spends);
    for (const naive::Beside& one : answer.beside)
      out += (one.shadow ? " | shadow " : " | ") + one.outcome + " " + one.rule + "/" + one.variant + " spends " +
             key(one.spends);
    return out;
  }

  void differ(const std::string& what, Instant at) {
    if (wrong_.empty()) wrong_ = "at " + to_rfc3339(at) + ": " + what;
  }

  Dice dice_;
  Instant base_;
  std::vector<std::string> rules_;
  std::string wrong_;
};

}  // namespace beckon::rules
