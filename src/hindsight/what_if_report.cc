#include "hindsight/what_if_report.h"

#include <algorithm>

#include "base/json.h"

namespace beckon::hindsight {
namespace {

std::int64_t times_asked(const json::Value& rule, const AskedTriggers& asked) {
  std::int64_t times = 0;
  if (const json::Value* triggers = rule.find("triggers"))
    for (const json::Value& trigger : triggers->items())
      if (const auto found = asked.find(trigger.text()); found != asked.end()) times += found->second;
  return times;
}

void add(const RuleCount& count, WhatIf::Rule& rule) {
  rule.acted = count.acted;
  rule.suppressed = count.suppressed;
  rule.held_out = count.held_out;
  rule.sessions = static_cast<std::int64_t>(count.sessions.size());
  rule.variants.assign(count.variants.begin(), count.variants.end());
  if (rule.asked == 0) rule.asked = rule.acted + rule.suppressed + rule.held_out;  // delayed rules have no requests
}

}  // namespace

std::vector<WhatIf::Rule> rules_that_were_tried(const rules::StoredRules& stored, const RuleCounts& counts,
                                                const AskedTriggers& asked) {
  std::vector<WhatIf::Rule> all;
  for (const rules::StoredRule& one : stored.rules) {
    const auto document = json::parse(one.json);
    if (!document) continue;  // stored rules can always be read
    const json::Value* said = document->root().find("status");
    const std::string_view status = said ? said->text() : "live";
    if (status != "live" && status != "shadow") continue;
    WhatIf::Rule rule{
        .id = one.id.text, .shadow = status == "shadow", .asked = times_asked(document->root(), asked), .variants = {}};
    if (const auto count = counts.find(rule.id); count != counts.end()) add(count->second, rule);
    all.push_back(std::move(rule));
  }
  std::ranges::sort(all, {}, &WhatIf::Rule::id);
  return all;
}

}  // namespace beckon::hindsight
