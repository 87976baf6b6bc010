#include "rules/rule_set.h"

#include <algorithm>

#include "rules/compiled.h"
#include "rules/digest.h"
#include "rules/read_rule.h"

namespace beckon::rules {

std::string_view to_text(Outcome outcome) {
  switch (outcome) {
    case Outcome::kAct: return "act";
    case Outcome::kNone: return "none";
    case Outcome::kSuppressed: return "suppressed";
    case Outcome::kHoldout: return "holdout";
  }
  return "";
}

bool is_rule_id(std::string_view text) {
  const auto alphanumeric = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && text.size() <= 64 && alphanumeric(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return alphanumeric(c) || c == '_' || c == '-'; });
}

Result<std::string> check_rule(const RuleId& id, const json::Value& rule) {
  if (!rule.is_object())
    return unexpected(Fault{.code = FaultCode::kInvalidPayload, .message = "A rule must be a JSON object; send one."});
  Issues issues;
  read_rule(id, rule, issues);
  if (!issues.empty()) return unexpected(issues.fault());
  if (rule.find("ruleId") != nullptr) return json::to_text(rule);
  std::string text;
  json::Writer writer(text);
  writer.begin_object().member("ruleId", id.text);
  for (const json::Member& member : rule.members()) writer.member_raw(member.key, json::to_text(member.value));
  writer.end_object();
  return text;
}

RuleSet::RuleSet() : compiled_(std::make_unique<const Compiled>()) {}
RuleSet::~RuleSet() = default;
RuleSet::RuleSet(RuleSet&&) noexcept = default;
RuleSet& RuleSet::operator=(RuleSet&&) noexcept = default;

Result<RuleSet> RuleSet::compile(const StoredRules& stored, const Scores&) {
  Issues issues;
  std::vector<Rule> live;
  for (const StoredRule& kept : stored.rules) {
    Issues own;
    const auto document = json::parse(kept.json);
    if (!document) {
      own.add("json", document.error().message);
    } else if (!document->root().is_object()) {
      own.add("json", "must be an object");
    } else {
      Rule rule = read_rule(kept.id, document->root(), own);
      if (own.empty() && rule.status == Status::kLive) live.push_back(std::move(rule));
    }
    for (const FieldIssue& issue : own.items()) issues.add(kept.id.text + ": " + issue.field, issue.issue);
  }
  if (!issues.empty()) return unexpected(issues.fault());
  auto compiled = std::make_unique<Compiled>();
  static_cast<CompiledRules&>(*compiled) = compile_rules(std::move(live));
  compiled->version = stored.version;
  RuleSet set;
  set.compiled_ = std::move(compiled);
  return set;
}

std::uint64_t spend_key(std::string_view rule, std::string_view group, bool shadow) {
  return Digest().add(group.empty() ? "rule" : "group").add(group.empty() ? rule : group).add(shadow ? 1u : 0u).value();
}

bool RuleSet::reads_visitor(std::string_view) const { return false; }
bool RuleSet::reads_spends(std::string_view) const { return false; }
std::span<const Delayed> RuleSet::delayed() const { return {}; }
bool RuleSet::feeds(const Delayed&, const ledger::Signal&) const { return false; }
std::optional<Anchor> RuleSet::anchor(const Delayed&, const ledger::Window&, Instant, Duration) const { return std::nullopt; }
RuleSet::DueVerdict RuleSet::judge_due(const Delayed&, const Facts&) const { return {}; }
void RuleSet::explain_due(const Delayed&, const Facts&, json::Writer& out) const { out.begin_array().end_array(); }

std::uint64_t RuleSet::version() const { return compiled_->version; }

std::vector<std::string> RuleSet::triggers() const {
  std::vector<std::string> names;
  for (const auto& [name, rules] : compiled_->triggers) names.push_back(name);
  return names;
}

}  // namespace beckon::rules
