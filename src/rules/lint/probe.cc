#include "rules/lint/probe.h"

#include <algorithm>

#include "rules/language/counter.h"
#include "rules/language/rule.h"

namespace beckon::rules::lint {

namespace {

// {"ruleId":"probe","triggers":["probe"],"action":{"type":"probe"}, …}
std::string probe_json(const std::string& more) {
  return R"({"ruleId":"probe","triggers":["probe"],"action":{"type":"probe"},)" + more + "}";
}

// What decides whether the rule matches, other than `when`.
std::string active_json(const json::Value& rule) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  const json::Value* active = rule.find("active");
  for (const char* name : {"from", "until"}) {
    const json::Value* value = active == nullptr ? nullptr : active->find(name);
    if (value != nullptr) writer.member_raw(name, json::to_text(*value));
  }
  writer.end_object();
  out = "\"active\":" + out;
  for (const char* name : {"rollout", "rolloutSalt"}) {
    if (const json::Value* value = rule.find(name)) out += std::string(",\"") + name + "\":" + json::to_text(*value);
  }
  return out;
}

// "when.all[2]", "when.any[0].all[1]"
const json::Value& at_path(const json::Value& rule, std::string_view path) {
  const json::Value* value = &rule;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find_first_of(".["), path.size());
    if (end > 0) value = value->find(path.substr(0, end));
    path.remove_prefix(end);
    if (path.starts_with('[')) {
      value = &value->items()[std::stoul(std::string(path.substr(1)))];
      path.remove_prefix(path.find(']') + 1);
    }
    if (path.starts_with('.')) path.remove_prefix(1);
  }
  return *value;
}

std::string without_status(const json::Value& rule) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  for (const json::Member& member : rule.members()) {
    if (member.key != "status") writer.member_raw(member.key, json::to_text(member.value));
  }
  writer.end_object();
  return out;
}

}  // namespace

// What cannot be compiled decides nothing, and so confirms nothing.
RuleSet Probe::compiled(const std::vector<std::string>& rules) const {
  StoredRules stored{.version = 1};
  for (const std::string& text : rules) {
    const auto document = json::parse(text);
    stored.rules.push_back({.id = RuleId(document->root().find("ruleId")->text()), .json = text, .rules_version = 1});
  }
  auto set = RuleSet::compile(stored, zones_, declared_);
  return set ? std::move(*set) : RuleSet();
}

RuleSet Probe::conditions_of(const json::Value& rule) const {
  return compiled({probe_json(active_json(rule) + ",\"when\":" + json::to_text(*rule.find("when")))});
}

RuleSet Probe::statement(const json::Value& rule, const Statement& said) const {
  if (!said.condition->path.starts_with("when.")) return compiled({probe_json(active_json(rule) + ",\"when\":{}")});
  const std::string condition = json::to_text(at_path(rule, said.condition->path));
  return compiled(
      {probe_json(std::string("\"when\":{\"") + (said.negated ? "none" : "all") + "\":[" + condition + "]}")});
}

RuleSet Probe::live(const std::vector<const json::Value*>& rules) const {
  std::vector<std::string> texts;
  for (const json::Value* rule : rules) texts.push_back(without_status(*rule));
  return compiled(texts);
}

std::string Probe::answer(const RuleSet& rules, std::string_view trigger, const Witness& witness) const {
  const ledger::Window window = witness.window();
  const ledger::PackedTraits packed(witness.traits);
  const ledger::PackedTraits* const traits = &packed;
  ledger::Counted counted;
  Counters counters;
  for (const auto& [name, sum] : witness.counters) {
    const Zone* zone = zones_.find(std::string(kCounterZone));
    if (zone != nullptr)
      counters.emplace(name, Counter{.id = sum.counter, .counted = {}, .keep = Duration::max(), .zone = zone});
    if (sum.count > 0) counted.take({&sum, 1}, 0);
  }
  const ledger::Counted* const counts = &counted;
  const Verdict verdict = rules.judge(trigger, {.window = window,
                                                .context = witness.context,
                                                .now = witness.at,
                                                .retention = retention_,
                                                .traits = {&traits, 1},
                                                .counted = {&counts, 1},
                                                .counters = &counters});
  return verdict.outcome == Outcome::kAct || verdict.outcome == Outcome::kHoldout ? std::string(verdict.rule) : "";
}

bool Probe::out_of_sight(const Witness& witness, Duration within) const {
  const RuleSet seen =
      compiled({probe_json(R"("when":{"all":[{"seen":{},"within":")" + beckon::to_text(within) + "\"}]}")});
  return !holds(seen, witness) && Probe(zones_, declared_, within).holds(seen, witness);
}

bool Probe::may_spend(const json::Value& rule, const Witness& witness) const {
  const RuleSet limited = compiled({probe_json(R"("when":{},"limit":)" + json::to_text(*rule.find("limit")))});
  const json::Value* group = rule.find("limit")->find("group");
  const std::uint64_t key = spend_key("probe", group == nullptr ? std::string_view{} : group->text(), false);
  std::vector<ledger::Spend> spends;
  for (const Instant at : witness.spends) spends.push_back({.key = key, .at = at});
  const ledger::Window window;
  const ledger::Context context;
  return limited
             .judge("probe", {.window = window,
                              .context = context,
                              .now = witness.at,
                              .retention = retention_,
                              .unit_spends = spends})
             .outcome == Outcome::kAct;
}

}  // namespace beckon::rules::lint
