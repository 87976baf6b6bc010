#include "rules/lint/spans.h"

#include <algorithm>
#include <set>

#include "rules/language/members.h"
#include "rules/language/words.h"

namespace beckon::rules::lint {

namespace {

void add_long_window(const Condition& condition, const Ground& ground, const Probe& probe, Instant now,
                     std::vector<Warning>& warnings) {
  const Measure& of = condition.measure;
  const bool aged = of.most_age != Duration::max() && of.most_age > ground.retention;
  const Duration within = aged ? of.most_age : of.within;
  if (within <= ground.retention) return;
  const Filter& filter = of.steps.empty() ? of.filter : of.steps.front();
  const Duration between = ground.retention + (within - ground.retention) / 2;
  Witness witness{.at = now, .signals = {fitting(filter, between)}, .conditions = {condition.path}};
  if (!probe.out_of_sight(witness, within)) return;
  warnings.push_back({"window_beyond_retention",
                      condition.path + " looks back " + words_of(within) + ", but signals are only kept for " +
                          words_of(ground.retention) + "; older signals never count.",
                      std::move(witness)});
}

// The shortest time between two exposures of the count that the rule shares; zero if some rule of it has no cooldown.
Duration spacing(const Limit& limit, const std::vector<Rule>& all) {
  Duration least = limit.cooldown;
  for (const Rule& other : all) {
    if (!limit.group.empty() && other.limit && other.limit->group == limit.group)
      least = std::min(least, other.limit->cooldown);
  }
  return least;
}

}  // namespace

void find_long_windows(const Rule& rule, const Ground& ground, const Probe& probe, Instant now,
                       std::vector<Warning>& warnings) {
  for (const Condition* condition : conditions_of(rule)) add_long_window(*condition, ground, probe, now, warnings);
}

// When the cooldown ends, the exposures in (now − per, now − cooldown] are at most as many as the spacing
// allows.
void find_unreachable_caps(const Rule& rule, const json::Value& json, const std::vector<Rule>& all, const Probe& probe,
                           Instant now, std::vector<Warning>& warnings) {
  if (!rule.limit) return;
  const Limit& limit = *rule.limit;
  const Duration spaced = spacing(limit, all);
  for (std::size_t i = 0; i < limit.caps.size() && spaced > Duration{}; ++i) {
    const Cap& cap = limit.caps[i];
    if (cap.per == Duration{}) continue;  // of the session, or of a calendar unit, which may end at once
    const std::int64_t room =
        cap.per <= limit.cooldown ? 0 : (cap.per - limit.cooldown + spaced - Duration{1}) / spaced;
    if (cap.max <= room) continue;
    const std::string path = path_of("limit.caps", i);
    Witness witness{.at = now, .conditions = {path, "limit.cooldown"}};
    for (std::int64_t k = room; k-- > 0;) witness.spends.push_back(now - limit.cooldown - k * spaced);
    if (!probe.may_spend(json, witness)) continue;
    warnings.push_back({"unreachable_cap",
                        path + " has no effect: the cooldown of " + words_of(limit.cooldown) +
                            " leaves room for at most " + std::to_string(room + 1) +
                            (room == 0 ? " exposure" : " exposures") + " within " + words_of(cap.per) +
                            ", and the cap allows " + std::to_string(cap.max) + ".",
                        std::move(witness)});
  }
}

// UTC and the zones of Etc are fixed offsets that no government changes.
void find_outdated_zone(const Rule& rule, const json::Value& json, const Zones& zones, Instant now,
                        std::vector<Warning>& warnings) {
  if (!is_older_zone_version(zones.version(), kNewestZoneVersion)) return;
  std::vector<std::pair<std::string, std::string>> named;  // with the path of each
  const json::Value* active = json.find("active");
  if (const json::Value* zone = rule.hours && active != nullptr ? active->find("zone") : nullptr)
    named.emplace_back(zone->text(), "active.zone");
  for (const Condition* condition : conditions_of(rule))
    if (condition->measure.calendar != Calendar::kNone)
      named.emplace_back(condition->measure.zone_name, condition->path + ".within.zone");
  for (std::size_t i = 0; rule.limit && i < rule.limit->caps.size(); ++i)
    if (rule.limit->caps[i].calendar != Calendar::kNone)
      named.emplace_back(rule.limit->caps[i].zone_name, path_of("limit.caps", i) + ".zone");
  std::erase_if(named, [](const auto& one) {
    return one.first.empty() || one.first == "UTC" || one.first == kVisitorZone || one.first.starts_with("Etc/");
  });
  if (named.empty()) return;
  const auto& [zone, path] = named.front();
  const std::string release(zones.version());
  warnings.push_back({"outdated_time_zone",
                      "The server's time zone database is release " + release + ", older than " +
                          std::string(kNewestZoneVersion) + ". If the clocks in " + zone +
                          " have been changed since, the hours and days are wrong. Upgrade the package tzdata and " +
                          "restart the server.",
                      {.at = now, .conditions = {path}}});
}

void find_unknown_rules(const Rule& rule, const std::vector<Rule>& all, Instant now, std::vector<Warning>& warnings) {
  for (const Condition* condition : conditions_of(rule)) {
    const Measure& of = condition->measure;
    if (of.kind != MeasureKind::kDecision || of.field == rule.id.text) continue;
    if (std::ranges::any_of(all, [&](const Rule& one) { return one.id.text == of.field; })) continue;
    warnings.push_back({"unknown_rule",
                        "There is no rule " + of.field + ", so it has no decisions to count.",
                        {.at = now, .conditions = {condition->path}}});
  }
}

void find_missing_anchors(const Rule& rule, Instant now, std::vector<Warning>& warnings) {
  if (std::ranges::any_of(rule.all, [](const Condition& one) { return one.measure.kind == MeasureKind::kAbsent; }))
    return;
  std::set<std::string_view> named;
  for (const Arm& arm : rule.arms) {
    if (!arm.payload) continue;
    for (const PayloadPath& path : arm.payload->paths())
      if (path.root == PayloadRoot::kAnchor) named.insert(path.text);
  }
  for (const std::string_view path : named)
    warnings.push_back({"missing_anchor",
                        "The rule waits for nothing, so " + std::string(path) +
                            " has no value: it needs a condition absent, whose after is the anchor.",
                        {.at = now}});
}

}  // namespace beckon::rules::lint
