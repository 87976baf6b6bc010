#include "rules/rule_set.h"

#include <algorithm>

#include "rules/allowance.h"
#include "rules/compiled.h"
#include "rules/language/planted.h"
#include "rules/language/read_rule.h"
#include "rules/payload_values.h"
#include "rules/turn.h"

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

RuleSet::RuleSet() : compiled_(std::make_unique<const Compiled>()) {}
RuleSet::~RuleSet() = default;
RuleSet::RuleSet(RuleSet&&) noexcept = default;
RuleSet& RuleSet::operator=(RuleSet&&) noexcept = default;

Result<RuleSet> RuleSet::compile(const StoredRules& stored, const Zones& zones, const Declared& declared) {
  if (off_by_one(Planted::kFillingInForce) != 0 && !stored.filling.empty()) {
    StoredRules all = stored;
    for (const FillingRule& rule : std::exchange(all.filling, {}))
      all.rules.push_back({.id = rule.id, .json = rule.json});
    return compile(all, zones, declared);
  }
  Issues issues;
  std::vector<Rule> judged;
  for (const StoredRule& kept : stored.rules) {
    Issues own;
    const auto document = json::parse(kept.json);
    if (!document) {
      own.add("json", document.error().message);
    } else if (!document->root().is_object()) {
      own.add("json", "must be an object");
    } else {
      Rule rule = read_rule(kept.id, document->root(), zones, own, true);
      rule.live_since = kept.live_since;
      if (own.empty() && (rule.status == Status::kLive || rule.status == Status::kShadow))
        judged.push_back(std::move(rule));
    }
    for (const FieldIssue& issue : own.items()) issues.add(kept.id.text + ": " + issue.field, issue.issue);
  }
  if (!issues.empty()) return unexpected(issues.fault());
  auto compiled = std::make_unique<Compiled>();
  static_cast<CompiledRules&>(*compiled) =
      compile_rules(std::move(judged), declared.scores, declared.zone.empty() ? nullptr : zones.find(declared.zone));
  compiled->version = stored.version;
  for (const Rule& rule : compiled->rules) {
    if (!rule.goal) continue;
    compiled->read_keys.add(rule.goal->key, false);
    compiled->aims[rule.goal->key].push_back({rule.id.text, rule.goal->within, rule.goal->value_field,
                                              rule.goal->currency_field, rule.goal->each,
                                              rule.status == Status::kShadow});
  }
  for (const FillingRule& rule : stored.filling) {
    // Text that cannot be read any more is reported when it is to be put in force.
    auto alone = compile({.rules = {{.id = rule.id, .json = rule.json}}}, zones, declared);
    compiled->filling.emplace_back(rule.id, alone ? std::move(*alone) : RuleSet());
  }
  for (std::uint32_t i = 0; i < compiled->rules.size(); ++i) {
    const Rule& rule = compiled->rules[i];
    if (!rule.split) continue;
    compiled->has_forced = compiled->has_forced || !rule.split->force.empty();
    if (!rule.split->sticky) continue;
    compiled->has_sticky = true;
    if (rule.split->holdout > 0) compiled->arms.emplace(rule.split->holdout_key, i);
    for (const Arm& arm : rule.arms) compiled->arms.emplace(arm.key, i);
  }
  RuleSet set;
  set.compiled_ = std::move(compiled);
  return set;
}

bool RuleSet::reads_visitor(std::string_view trigger) const {
  const Asked* asked = compiled_->asked_by(trigger);
  return asked != nullptr && asked->visitor;
}

bool RuleSet::reads_spends(std::string_view trigger) const {
  const Asked* asked = compiled_->asked_by(trigger);
  return asked != nullptr && asked->spends;
}

bool RuleSet::reads_traits(std::string_view trigger) const {
  const Asked* asked = compiled_->asked_by(trigger);
  return asked != nullptr && asked->reads_traits;
}

bool RuleSet::reads_counters(std::string_view trigger) const {
  const Asked* asked = compiled_->asked_by(trigger);
  return asked != nullptr && asked->reads_counters;
}

bool RuleSet::reads(std::string_view key) const {
  if (reads_in_force(key)) return true;
  return off_by_one(Planted::kReadLate) == 0 &&
         std::ranges::any_of(compiled_->filling, [key](const auto& one) { return one.second.reads(key); });
}

bool RuleSet::reads_in_force(std::string_view key) const { return compiled_->read_keys.contains(key); }

bool RuleSet::covers(const RuleSet& other) const { return compiled_->read_keys.contains(other.compiled_->read_keys); }

bool RuleSet::fills(const RuleId& rule, std::string_view key) const {
  if (reads_in_force(key) || off_by_one(Planted::kFillsNothing) != 0) return false;
  return std::ranges::any_of(compiled_->filling,
                             [&](const auto& one) { return one.first == rule && one.second.reads(key); });
}

ledger::Window RuleSet::window_of_visitor(std::span<const ledger::Window* const> sessions) const {
  const auto wants = [this](std::string_view key) { return compiled_->visitor_keys.contains(key); };
  const ledger::Window::Older older{
      .may_stay = [this](std::string_view key) { return compiled_->visitor_absences.contains(key); },
      .stay = [this](const ledger::Window& window) { return waiting(window); }};
  return ledger::Window::merged(sessions, wants, has_waits() ? &older : nullptr);
}

bool RuleSet::has_values(const Verdict& verdict) {
  return verdict.acting && verdict.acting->arms[verdict.acting_arm].payload;
}

std::string_view RuleSet::action(const Verdict& verdict, const Facts& facts, std::string_view decision_id,
                                 std::string& room) const {
  if (verdict.action_json.empty()) return "null";
  if (!has_values(verdict)) return verdict.action_json;
  const Arm& arm = verdict.acting->arms[verdict.acting_arm];
  const Decided decided{.id = decision_id, .variant = verdict.variant, .expires_at = verdict.expires_at};
  const auto rendered = arm.payload->render(JudgedValues(*verdict.acting, facts, decided), zone_of_visitor(facts));
  if (rendered.json.empty()) return "null";
  room.clear();
  json::Writer(room).begin_object().member("type", arm.action_type).member_raw("payload", rendered.json).end_object();
  return room;
}

std::uint64_t RuleSet::spends_of(std::string_view rule) const {
  for (const Rule& one : compiled_->rules)
    if (one.id.text == rule && one.status == Status::kLive) return one.limit ? one.limit->key : 0;
  return 0;
}

std::uint64_t RuleSet::mark_of(std::string_view rule, std::string_view what) const {
  if (compiled_->marks_asked.empty()) return 0;
  for (const Rule& one : compiled_->rules)
    if (one.id.text == rule && one.status == Status::kLive) return compiled_->asked_mark(one, what);
  return 0;
}

bool RuleSet::is_limit(std::uint64_t key) const {
  return std::ranges::any_of(compiled_->rules, [key](const Rule& one) { return one.limit && one.limit->key == key; });
}

std::uint64_t RuleSet::arm_to_keep(std::string_view rule, std::string_view variant, bool holdout,
                                   const Facts& facts) const {
  if (!compiled_->has_sticky) return 0;
  for (const Rule& one : compiled_->rules) {
    if (one.id.text != rule || one.status != Status::kLive) continue;
    if (!one.split || !one.split->sticky) return 0;
    if (const auto given = given_first(one, facts); given && given->at <= facts.now) return 0;
    const auto arm = std::ranges::find(one.arms, variant, &Arm::name);
    if (!holdout && arm == one.arms.end()) return 0;
    return key_to_keep(one, holdout, static_cast<std::size_t>(arm - one.arms.begin()), facts);
  }
  return 0;
}

bool RuleSet::has_sticky() const { return compiled_->has_sticky; }
bool RuleSet::has_forced() const { return compiled_->has_forced; }

bool RuleSet::is_forced(std::string_view rule, std::span<const std::string_view> ids) const {
  if (!compiled_->has_forced) return false;
  const auto found = std::ranges::find(compiled_->rules, rule, [](const Rule& one) { return one.id.view(); });
  if (found == compiled_->rules.end() || !found->split) return false;
  return std::ranges::any_of(ids, [&](std::string_view id) { return found->split->force.contains(id); });
}

namespace {
// Whether arms are kept across all sessions of the visitor.
bool is_of_visitor(const Split& split) { return split.unit == SplitUnit::kVisitor || split.unit == SplitUnit::kFirst; }
}  // namespace

std::optional<RuleSet::ArmOf> RuleSet::arm_of(std::uint64_t key) const {
  const auto found = compiled_->arms.find(key);
  if (found == compiled_->arms.end()) return std::nullopt;
  const Rule& rule = compiled_->rules[found->second];
  return ArmOf{rule.id.text, rule.triggers.front(), rule.status == Status::kShadow, is_of_visitor(*rule.split)};
}

bool RuleSet::is_mixed(std::string_view rule, bool shadow,
                       std::span<const std::span<const ledger::Spend>> exposures) const {
  if (exposures.size() < 2) return false;
  std::uint64_t first = 0;
  for (const std::span<const ledger::Spend> part : exposures)
    for (const ledger::Spend& spend : part) {
      const auto arm = arm_of(spend.key);
      if (!arm || !arm->of_visitor || arm->rule != rule || arm->shadow != shadow) continue;
      if (first != 0 && spend.key != first) return true;
      first = spend.key;
    }
  return false;
}

bool RuleSet::knows(std::string_view trigger) const {
  return compiled_->asked_by(trigger) != nullptr || (trigger == kDueTrigger && !compiled_->delayed.empty());
}

std::span<const Aim> RuleSet::aims(std::string_view key) const {
  const auto found = compiled_->aims.find(key);
  return found == compiled_->aims.end() ? std::span<const Aim>{} : std::span<const Aim>{found->second};
}

bool RuleSet::has_goal(std::string_view rule) const {
  const auto found = std::ranges::find(compiled_->rules, rule, [](const Rule& one) { return one.id.view(); });
  return found != compiled_->rules.end() && found->goal.has_value();
}

bool RuleSet::has_goals() const { return !compiled_->aims.empty(); }

std::optional<Duration> RuleSet::longest_goal(std::string_view rule, std::string_view trigger) const {
  std::optional<Duration> longest;
  for (const Rule& one : compiled_->rules) {
    if (!one.goal || (!rule.empty() && one.id.text != rule)) continue;
    if (!trigger.empty() && std::ranges::find(one.triggers, trigger) == one.triggers.end()) continue;
    longest = std::max(longest.value_or(Duration{}), one.goal->within);
  }
  return longest;
}

std::uint64_t RuleSet::version() const { return compiled_->version; }

std::vector<std::string> RuleSet::triggers() const {
  std::vector<std::string> names;
  for (const auto& [name, asked] : compiled_->triggers) {
    if (!asked.live.empty()) names.push_back(name);
  }
  return names;
}

}  // namespace beckon::rules
