// A change of a handle's rules on its way to the disk, whoever asked for it: a rule put or deleted, a version restored.
#pragma once
#include "http/routes/rule_view.h"

namespace beckon::http {

struct RuleChange {
  Handle handle;
  std::string actor;   // for the audit entry, as what follows
  std::string action;  // "rule.put" …
  std::string target;
  Instant at{};
};

// Caller holds the turn. Makes `next` the handle's rules, seen by the next resolve; `before` are those of now. What
// differs is told by its rulesVersion. Fault: `next` cannot be compiled, or nothing was stored.
std::optional<Fault> commit_rules(Api& api, const RuleChange& change, const rules::StoredRules& before,
                                  const rules::StoredRules& next);

// The scores that may be measured now.
rules::Scores scores_of(const Api& api, const Handle& handle);
// Names every rule that measures a score that is not declared: none may be kept.
std::optional<Fault> undeclared_scores(const rules::StoredRules& rules, const rules::Scores& declared);

// The entity tag of all rules of a handle: their version, quoted.
std::string etag_of(const rules::StoredRules& rules);

void add_rule_difference(Api& api, std::vector<Route>& routes);                                       // by add_rules
void add_rule_versions(Api& api, const std::shared_ptr<RuleTurn>& turn, std::vector<Route>& routes);  // by add_rules

}  // namespace beckon::http
