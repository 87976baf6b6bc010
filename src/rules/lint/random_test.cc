// No false positives: the linter's warnings about random rules, checked with the reference evaluator in random worlds.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "rules/lint/lint.h"
#include "rules/reference/agreement.h"

namespace beckon::rules {
namespace {

Declared declared() {
  const auto document = json::parse(kRandomScores);
  Issues issues;
  return {read_scores(document->root(), "scores", issues), kRandomZone};
}

// Few keys and windows, so that conditions often interact: a rule of one to three conditions over two filters.
std::string meeting_condition(Dice& dice) {
  const std::string filter =
      dice.of<const char*>({R"({"key":"a"})", R"({"key":"a"})", R"({"key":["a","c.y"]})", R"({"key":"a","value":"x"})",
                            R"({"key":"c.*"})", "{}", R"({"key":"a","meta":{"n":{"above":1}}})",
                            R"({"key":"a","meta":{"n":{"above":1},"l[].m":{"in":["x","y"]}}})"});
  const std::string window = dice.of<const char*>({"", R"(,"within":"5s")", R"(,"within":"15s")", R"(,"within":"60s")",
                                                   R"(,"within":{"calendar":"day","zone":"UTC"})",
                                                   R"(,"since":{"key":"b"})", R"(,"since":{"key":"b"},"within":"15s")",
                                                   R"(,"within":{"calendar":"month","zone":"Europe/Berlin"})"});
  const std::string scope = dice.one_in(5) ? R"(,"scope":"visitor"})" : "}";
  switch (dice.upto(11)) {
    case 0: return R"({"seen":)" + filter + window + scope;
    case 1: return R"({"distinct":)" + filter + window + random_bounds(dice) + scope;
    case 2:
      return R"({"last":)" + filter + window +
             dice.of<const char*>(
                 {R"(,"atLeast":"5s")", R"(,"atMost":"5s")", R"(,"atMost":"15s")", R"(,"atLeast":"50s")"}) +
             scope;
    case 3:
      return R"({"absent":)" + filter + R"(,"after":{"key":"b"},"for":)" +
             dice.of<const char*>({R"("5s")", R"("15s")", R"("45s")"}) + random_same(dice) + scope;
    case 4:
      return R"({"context":"c",)" +
             (dice.one_in(2) ? std::string(dice.of(
                                   {R"("in":["x"])", R"("in":["x","y"])", R"("notIn":["x"])", R"("notIn":["y","q"])"}))
                             : random_comparison(dice)) +
             "}";
    case 5: return R"({"max":{"key":"a","field":"n"})" + window + random_amount(dice) + scope;
    case 6: return R"({"sum":{"key":"a","field":"n"})" + window + random_amount(dice) + scope;
    case 7:
      return R"({"score":)" + std::string(dice.of({R"("s")", R"("mixed")", R"("unknown")"})) + random_amount(dice) +
             scope;
    case 8:
      return R"({"steps":[{"key":"a"},)" + filter + "]" + window + random_bounds(dice, 2) + random_same(dice) + scope;
    case 9:
      return R"({"ever":"e",)" +
             std::string(dice.of({R"("count":{"atLeast":2}})", R"("count":{"atMost":1}})", R"("sum":{"atLeast":1}})",
                                  R"("days":{"atLeast":2}})", R"("last":{"age":{"atLeast":"5s"}}})"}));
  }
  return R"({"count":)" + filter + window + random_bounds(dice, 3) + random_same(dice) + scope;
}

std::string meeting_entry(Dice& dice, int depth = 1) {
  if (depth == 3 || !dice.one_in(4)) return meeting_condition(dice);
  std::string list = meeting_entry(dice, depth + 1);
  if (dice.one_in(2)) list += "," + meeting_entry(dice, depth + 1);
  return "{" + quoted(dice.of({"all", "any", "none"}), "[" + list + "]") + "}";
}

std::string meeting_group(Dice& dice, const char* name, int most) {
  std::string list;
  for (int i = dice.upto(most + 1); i > 0; --i) list += (list.empty() ? "" : ",") + meeting_entry(dice);
  return quoted(name, "[" + list + "]");
}

std::vector<std::string> meeting_rules(Dice& dice, Instant base) {
  std::vector<std::string> rules;
  for (int i = 1 + dice.upto(4); i > 0; --i)
    rules.push_back(random_rule(
        dice, base, R"(["t"])", "r" + std::to_string(i),
        meeting_group(dice, "all", 2) + "," + meeting_group(dice, "any", 2) + "," + meeting_group(dice, "none", 1)));
  return rules;
}

class Alarms {
 public:
  explicit Alarms(std::uint64_t seed) : dice_(seed), base_(random_base(dice_)), rules_(meeting_rules(dice_, base_)) {}

  // A warning that is not true; empty if there is none.
  std::string run() {
    StoredRules stored{.version = 1};
    for (const std::string& text : rules_)
      stored.rules.push_back(
          {.id = RuleId(json::parse(text)->root().find("ruleId")->text()), .json = text, .rules_version = 1});
    const Duration retention = std::chrono::seconds{dice_.of({30, 45, 600})};
    std::vector<naive::World> worlds;
    for (int i = 0; i < 12; ++i) {
      worlds.push_back(random_world(dice_, base_, rules_));
      worlds.back().retention = retention;
    }
    for (const StoredRule& one : stored.rules) {
      for (const Warning& warning : lint_rule(one.id, stored, testing::ZonesOfRelease(), declared_, retention, base_)) {
        ++said[std::string(warning.kind)];
        const auto document = json::parse(one.json);
        if (warning.kind == "unreachable_cap" && !is_never_reached(warning.witness.conditions[0], document->root()))
          return std::string(one.id.text) + ": " + warning.message;
        for (const naive::World& world : worlds) {
          for (int k = 0; k < 3; ++k) {
            const Instant now = base_ + std::chrono::seconds{dice_.upto(30) - 10} + Duration{dice_.upto(3) - 1};
            if (!is_so(warning, document->root(), world, now))
              return std::string(one.id.text) + ": " + warning.message + "\n" + to_json(std::span(&warning, 1));
          }
        }
      }
    }
    return "";
  }

  std::string rules_in_words() const {
    std::string out;
    for (const std::string& rule : rules_) out += rule + "\n";
    return out;
  }

  std::map<std::string, long> said;

 private:
  bool is_so(const Warning& warning, const json::Value& rule, const naive::World& world, Instant now) const {
    const bool holds = naive::rule_holds(world, rule, now);
    if (warning.kind == "never_true") return !holds || !naive::open(world, rule, now);
    if (warning.kind == "always_true") return holds;
    if (warning.kind == "shadowed")
      return naive::judge(world, "t", now).rule != rule.find("ruleId")->text() || !live(rule);
    const json::Value* condition = at(rule, warning.witness.conditions[0]);
    return warning.kind != "window_beyond_retention" || condition->find("within") == nullptr ||
           naive::holds(world, *condition, now) ==
               naive::holds(world, json::parse(without_window(*condition))->root(), now);
  }

  static const json::Value* at(const json::Value& rule, const std::string& path) {
    return path.starts_with("when.") ? at_path(rule, path).first : nullptr;
  }
  static std::string without_window(const json::Value& condition) {
    std::string out;
    json::Writer writer(out);
    writer.begin_object();
    for (const json::Member& member : condition.members()) {
      if (member.key != "within") writer.member_raw(member.key, json::to_text(member.value));
    }
    writer.end_object();
    return out;
  }

  // Checks that rules which act whenever they may never get to where this cap alone holds the rule back.
  bool is_never_reached(const std::string& path, const json::Value& rule) {
    const json::Value& limit = *rule.find("limit");
    const auto only = [&](const std::string& part) {
      const std::string group = limit.find("group") ? R"(,"group":"r1")" : "";
      return *json::parse(R"({"ruleId":")" + std::string(rule.find("ruleId")->text()) + R"(","limit":{)" + part +
                          group + "}}");
    };
    const json::Document cooldown = only(quoted("cooldown", json::to_text(*limit.find("cooldown"))));
    const json::Document cap = only(quoted(
        "caps", "[" + json::to_text(limit.find("caps")->items()[std::stoul(path.substr(path.find('[') + 1))]) + "]"));
    naive::World world{.scores = {}, .sessions = std::vector<naive::Session>(1)};
    world.zone = kRandomZone;
    std::vector<json::Document> spenders;
    for (const std::string& text : rules_) {
      const auto document = json::parse(text);
      const json::Value* own = document->root().find("limit");
      if (own == nullptr) continue;
      spenders.push_back(*json::parse(R"({"ruleId":)" + json::to_text(*document->root().find("ruleId")) +
                                      R"(,"limit":)" + json::to_text(*own) + "}"));
    }
    Instant now = base_;
    for (int step = 0; step < 60; ++step) {
      now += std::chrono::milliseconds{dice_.of({1, 500, 1'000, 1'000, 2'000, 5'000})};
      if (!naive::limited(world, cooldown.root(), now) && naive::limited(world, cap.root(), now)) return false;
      const json::Value& spender =
          spenders[static_cast<std::size_t>(dice_.upto(static_cast<int>(spenders.size())))].root();
      if (naive::limited(world, spender, now)) continue;
      const json::Value* group = spender.find("limit")->find("group");
      world.sessions[0].spends.push_back(
          {{std::string(spender.find("ruleId")->text()), group ? std::string(group->text()) : "", false}, now});
    }
    return true;
  }
  static bool live(const json::Value& rule) {
    const json::Value* status = rule.find("status");
    return status == nullptr || status->text() == "live";
  }

  Dice dice_;
  Instant base_;
  std::vector<std::string> rules_;
  Declared declared_ = declared();
};

TEST(LintAlarms, AreNeverFalseInRandomCases) {
  // NOLINTBEGIN(concurrency-mt-unsafe): nothing writes the environment
  const char* seed_text = std::getenv("BECKON_SEED");
  const char* cases_text = std::getenv("BECKON_CASES");
  // NOLINTEND(concurrency-mt-unsafe)
  const std::uint64_t seed = seed_text == nullptr ? 20260225 : std::strtoull(seed_text, nullptr, 10);
  const std::uint64_t sets = (cases_text == nullptr ? 100'000 : std::strtoull(cases_text, nullptr, 10)) / 20;
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  std::map<std::string, long> said;
  for (std::uint64_t round = 0; round <= sets; ++round) {
    Alarms one(seed + round);
    ASSERT_EQ(one.run(), "") << "BECKON_SEED=" << seed + round << " BECKON_CASES=1\n" << one.rules_in_words();
    for (const auto& [kind, count] : one.said) said[kind] += count;
  }
  for (const auto& [kind, count] : said) std::printf("%s %ld\n", kind.c_str(), count);
  if (sets < 1'000) return;
  for (const char* kind : {"never_true", "always_true", "shadowed", "window_beyond_retention", "unreachable_cap"})
    EXPECT_GT(said[kind], 50) << kind;
}

}  // namespace
}  // namespace beckon::rules
