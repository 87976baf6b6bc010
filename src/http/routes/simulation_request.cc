#include "http/routes/simulation_request.h"

#include <set>

#include "http/routes/instant_param.h"
#include "http/routes/response.h"
#include "http/routes/rule_view.h"
#include "rules/language/check_rule.h"
#include "rules/language/read_filter.h"
#include "rules/language/rule.h"
#include "system/zones.h"

namespace beckon::http {
namespace {

using hindsight::WhatIfRequest;
using json::Value;

constexpr std::size_t kMostRules = 2'000;  // a handle's maximum
void read_rule(const Value& rule, const std::string& path, const commit::Tenant& tenant, rules::StoredRules& into,
               Issues& issues) {
  const Value* id = rule.is_object() ? rule.find("ruleId") : nullptr;
  if (!rule.is_object()) return issues.add(path, "must be a rule");
  if (!id || !id->is_string() || !rules::is_rule_id(id->text()))
    return issues.add(path + ".ruleId", "is required: a rule id of 1 to 64 characters from a-z, 0-9, _ and -");
  const RuleId named{id->text()};
  const auto checked = checked_rule(named, rule, tenant.settings.declared(), &tenant.traits->counters());
  if (!checked && checked.error().details.empty()) issues.add(path, checked.error().message);
  if (!checked)
    for (const FieldIssue& issue : checked.error().details) issues.add(path + "." + issue.field, issue.issue);
  if (checked) into.rules.push_back({.id = named, .json = *checked, .rules_version = 1});
}

void read_rules(const Value& list, const commit::Tenant& tenant, rules::StoredRules& into, Issues& issues) {
  if (!list.is_array() || list.items().size() > kMostRules)
    return issues.add("rules", "must be a list of at most 2,000 rules");
  into.version = 1;
  for (std::size_t i = 0; i < list.items().size(); ++i)
    read_rule(list.items()[i], "rules[" + std::to_string(i) + "]", tenant, into, issues);
  std::set<RuleId> ids;
  for (const rules::StoredRule& rule : into.rules)
    if (!ids.insert(rule.id).second)
      issues.add("rules", "must name each rule once, and " + rule.id.text + " appears twice");
}

void read_version(Api& api, const Handle& handle, const Value& version, rules::StoredRules& into, Issues& issues) {
  const auto number = version.is_number() ? version.integer() : std::nullopt;
  if (!number || *number < 0) return issues.add("rulesVersion", "must be a version number, or 0 for no rules");
  auto stored = api.rules.rules_at(handle, static_cast<std::uint64_t>(*number));
  stored ? void(into = std::move(*stored))
         : issues.add("rulesVersion", "must be an existing version: " + stored.error().message);
}

void read_asks(const Value& list, std::vector<WhatIfRequest::Ask>& into, Issues& issues) {
  if (!list.is_array() || list.items().size() > kMostAsks)
    return issues.add("asks", "must be a list of at most 20 decision requests");
  for (std::size_t i = 0; i < list.items().size(); ++i) {
    const Value& one = list.items()[i];
    const std::string path = "asks[" + std::to_string(i) + "]";
    if (!one.is_object()) {
      issues.add(path, "must be an object");
      continue;
    }
    const Value *trigger = one.find("trigger"), *on = one.find("on");
    refuse_unknown(one, {"trigger", "on"}, issues, path + ".");
    if (!trigger || !trigger->is_string() || !is_trigger(trigger->text()) || trigger->text() == kDueTrigger)
      issues.add(path + ".trigger", "is required: a trigger");
    if (!on || !on->is_object())
      issues.add(
          path + ".on",
          "is required: a filter for the signals at which a decision is requested, such as {\"key\":\"checkout\"}");
    else if (trigger && trigger->is_string())
      into.push_back({std::string(trigger->text()), rules::read_filter(*on, path + ".on", issues)});
  }
}

}  // namespace

Result<WhatIfRequest> simulation_of(Api& api, Request& request) {
  const auto document = object_of(request);
  if (!document) return unexpected(document.error());
  const Value& body = document->root();
  const Handle handle{request.param("handle")};
  const auto tenant = api.places.tenants.find(handle.view());
  if (!tenant) return unexpected(tenant.error());
  auto live = api.rules.rules(handle);
  if (!live) return unexpected(live.error());
  WhatIfRequest asked{.tenant = *tenant, .tried = {}, .live = std::move(*live), .asks = {}};
  Issues issues;
  refuse_unknown(body, {"rules", "rulesVersion", "since", "until", "asks", "examples"}, issues);

  const Value *rules = body.find("rules"), *version = body.find("rulesVersion");
  if (!rules == !version)
    issues.add("rules", "is required unless rulesVersion is given; give only one of the two");
  else if (rules)
    read_rules(*rules, **tenant, asked.tried, issues);
  else
    read_version(api, handle, *version, asked.tried, issues);
  const Instant now = api.clock.now();
  if (!body.find("since")) issues.add("since", "is required: the start of the time range");
  asked.since = instant_member(body, "since", issues).value_or(Instant{});
  asked.until = std::min(instant_member(body, "until", issues).value_or(now), now);
  if (issues.empty() && asked.until <= asked.since)
    issues.add("until", "must be after since, and since must be in the past");
  if (const Value* asks = body.find("asks")) read_asks(*asks, asked.asks, issues);
  if (const Value* examples = body.find("examples")) {
    const auto number = examples->is_number() ? examples->integer() : std::nullopt;
    if (number && *number >= 0 && *number <= kMostExamples)
      asked.examples = static_cast<std::size_t>(*number);
    else
      issues.add("examples", "must be a number from 0 to 1,000");
  }
  if (!issues.empty()) return unexpected(issues.fault());
  return asked;
}

}  // namespace beckon::http
