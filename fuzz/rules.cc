// The rule parser: an accepted rule reads the same when it is written again, in any order of its members; it compiles,
// and can be evaluated, explained and linted.
#include <string>
#include <vector>

#include "base/check.h"
#include "input.h"
#include "rules/language/read_rule.h"
#include "rules/lint/lint.h"
#include "rules/rule_set.h"
#include "system/zones.h"

namespace beckon::rules {
namespace {

constexpr Instant kNoon = instant_ms(1'772'020'800'000);  // 2026-02-25T12:00:00Z
constexpr Duration kMonth = std::chrono::days{30};
constexpr std::size_t kMostRules = 4;

bool same(const std::vector<Condition>& one, const std::vector<Condition>& other) {
  return std::ranges::equal(one, other, [](const Condition& a, const Condition& b) {
    return a.measure == b.measure && a.least == b.least && a.most == b.most && a.path == b.path;
  });
}

bool same(const std::vector<Branch>& one, const std::vector<Branch>& other) {
  return std::ranges::equal(one, other, [](const Branch& a, const Branch& b) {
    return a.any == b.any && same(a.branches, b.branches) &&
           std::ranges::equal(a.literals, b.literals, [](const Literal& x, const Literal& y) {
             return x.negated == y.negated && same(std::vector{x.condition}, std::vector{y.condition});
           });
  });
}

template <class Value, class Same>
bool same(const std::optional<Value>& one, const std::optional<Value>& other, Same equal) {
  return one.has_value() == other.has_value() && (!one || equal(*one, *other));
}

// Payloads keep the order of their members, which has no meaning.
bool same(const Rule& one, const Rule& other, bool payloads) {
  return one.id == other.id && one.name == other.name && one.status == other.status && one.priority == other.priority &&
         one.triggers == other.triggers && same(one.all, other.all) && same(one.any, other.any) &&
         same(one.none, other.none) && same(one.more, other.more) && one.ttl == other.ttl &&
         same(one.hours, other.hours,
              [](const Hours& a, const Hours& b) {
                return a.open == b.open && a.close == b.close && a.days == b.days && a.zone == b.zone;
              }) &&
         same(one.limit, other.limit,
              [](const Limit& a, const Limit& b) {
                return a.cooldown == b.cooldown && a.group == b.group && a.key == b.key &&
                       std::ranges::equal(a.caps, b.caps,
                                          [](const Cap& x, const Cap& y) { return x.max == y.max && x.per == y.per; });
              }) &&
         same(one.split, other.split,
              [](const Split& a, const Split& b) { return a.salt == b.salt && a.holdout == b.holdout; }) &&
         std::ranges::equal(one.arms, other.arms,
                            [&](const Arm& a, const Arm& b) {
                              return a.name == b.name && a.end == b.end &&
                                     (!payloads || a.action_json == b.action_json);
                            }) &&
         same(one.goal, other.goal, [](const Goal& a, const Goal& b) {
           return a.key == b.key && a.within == b.within && a.value_field == b.value_field;
         });
}

// The same value with the members of every object in the opposite order.
void append_reversed(std::string& out, const json::Value& value) {
  if (value.is_array()) {
    out += '[';
    for (const json::Value& item : value.items()) {
      if (&item != value.items().data()) out += ',';
      append_reversed(out, item);
    }
    out += ']';
  } else if (value.is_object()) {
    out += '{';
    for (auto member = value.members().rbegin(); member != value.members().rend(); ++member) {
      if (member != value.members().rbegin()) out += ',';
      json::append_string(out, member->key);
      out += ':';
      append_reversed(out, member->value);
    }
    out += '}';
  } else {
    json::append(out, value);
  }
}

struct Read {
  Rule rule;
  Issues issues;
};

Read read(const RuleId& id, const std::string& text) {
  const auto document = json::parse(text);
  CHECK(document.has_value());
  Read made;
  made.rule = read_rule(id, document->root(), system_zones(), made.issues);
  return made;
}

// Whether the rule is accepted.
bool check_rule(const RuleId& id, const json::Value& value) {
  Issues issues;
  const Rule rule = read_rule(id, value, system_zones(), issues);
  for (const FieldIssue& issue : issues.items()) CHECK(!issue.issue.empty());
  const Read again = read(id, json::to_text(value));
  CHECK(again.issues.items() == issues.items());
  std::string reversed;
  append_reversed(reversed, value);
  const Read turned = read(id, reversed);
  CHECK(turned.issues.empty() == issues.empty());
  if (!issues.empty()) return false;
  CHECK(same(rule, again.rule, true));
  CHECK(same(rule, turned.rule, false));
  CHECK(rule.triggers.size() >= 1 && !rule.arms.empty());
  std::uint32_t end = 0;
  for (const Arm& arm : rule.arms) {
    CHECK(arm.end >= end && arm.end <= kBuckets && json::parse(arm.action_json));
    end = arm.end;
  }
  return true;
}

const Scores& scores() {
  static const Scores kScores = [] {
    Issues issues;
    const auto text = json::parse(R"({"s":{"weights":{"a":1,"b":2.5,"c.*":0.5},"halfLife":"10s"}})");
    return read_scores(text->root(), "scores", issues);
  }();
  return kScores;
}

ledger::Window window() {
  std::vector<ledger::Signal> signals;
  for (const std::string_view key : {"a", "b", "c.x", "a", "page", "cart.add", "a"}) {
    ledger::Signal signal{.key = key, .value = "7", .has_value = key != "b", .metadata = R"({"n":3,"field":"x"})"};
    signal.version = signals.size() + 1;
    signal.place = signal.version;
    signal.at = signal.received = kNoon - std::chrono::seconds{20 - 3 * signals.size()};
    signals.push_back(signal);
  }
  std::size_t evicted = 0;
  return ledger::Window().with(signals, evicted);
}

void check_evaluation(const RuleSet& set, std::string_view trigger, const Facts& facts) {
  const Verdict verdict = set.judge(trigger, facts);
  const Verdict again = set.judge(trigger, facts);
  CHECK(verdict.outcome == again.outcome && verdict.rule == again.rule && verdict.reading == again.reading);
  CHECK(verdict.expires_at > facts.now);
  CHECK(verdict.outcome != Outcome::kAct || (!verdict.rule.empty() && json::parse(std::string(verdict.action_json))));
  std::string text;
  json::Writer out(text);
  set.explain(trigger, facts, out);
  CHECK(json::parse(text));
}

void check_set(const StoredRules& stored) {
  const auto set = RuleSet::compile(stored, system_zones(), scores());
  CHECK(set.has_value());
  static const ledger::Window kWindow = window(), kNone;
  const ledger::Context context{{"country", "US"}, {"plan", "pro"}};
  for (const ledger::Window* signals : {&kNone, &kWindow}) {
    const Facts facts{.window = *signals, .context = context, .now = kNoon, .retention = kMonth, .unit = "u"};
    for (const std::string& trigger : set->triggers()) check_evaluation(*set, trigger, facts);
    for (const Delayed& delayed : set->delayed()) {
      const auto anchors = set->anchors(delayed, *signals, kNoon, kMonth);
      CHECK(anchors.size() <= (delayed.by_value ? limits::kSameValues : 1));
      for (const Anchor& anchor : anchors) CHECK(anchor.same.empty() != delayed.by_value);
      Facts due = facts;
      if (!anchors.empty()) due.same = anchors.back().same;
      (void)set->judge_due(delayed, due);
      std::string text;
      json::Writer out(text);
      set->explain_due(delayed, due, out);
      CHECK(json::parse(text));
    }
  }
  for (const StoredRule& rule : stored.rules) {
    const auto warnings = lint_rule(rule.id, stored, system_zones(), scores(), kMonth, kNoon);
    CHECK(json::parse(to_json(warnings)));
  }
}

}  // namespace
}  // namespace beckon::rules

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace beckon::rules;
  const auto document = beckon::json::parse(std::string(reinterpret_cast<const char*>(data), size));
  if (!document) return 0;
  // One rule, or a list of rules, each under its own id.
  const auto& root = document->root();
  const auto values = root.is_object() ? std::span(&root, 1) : root.items();
  StoredRules stored{.version = 1};
  for (const auto& value : values.first(std::min(values.size(), kMostRules))) {
    if (!value.is_object()) continue;
    const auto* own = value.find("ruleId");
    const beckon::RuleId id(own && own->is_string() ? std::string(own->text())
                                                    : "r" + std::to_string(stored.rules.size()));
    const bool accepted = check_rule(id, value);
    const bool twice = std::ranges::find(stored.rules, id, &StoredRule::id) != stored.rules.end();
    if (accepted && !twice)
      stored.rules.push_back({.id = id, .json = beckon::json::to_text(value), .rules_version = 1});
  }
  if (!stored.rules.empty()) check_set(stored);
  return 0;
}
