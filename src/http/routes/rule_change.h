// A change of a handle's rules on its way to the disk: a rule saved or deleted, or a rollback.
#pragma once
#include "http/routes/rule_view.h"

namespace beckon::http {

struct RuleChange {
  Handle handle;
  std::string actor;   // for the audit entry, like the next members
  std::string action;  // "rule.put" …
  std::string target;
  Instant at{};
};

// The caller holds the turn. Makes `next` the handle's rules, effective for the next resolve; `before` are the current
// ones. Rules that differ are recognized by their rulesVersion. Fault: `next` cannot be compiled, or nothing was
// stored.
std::optional<Fault> commit_rules(Api& api, const RuleChange& change, const rules::StoredRules& before,
                                  const rules::StoredRules& next);

// The scores that rules can use now.
rules::Scores scores_of(const Api& api, const Handle& handle);
// Adds an issue for every rule that uses an undeclared score.
std::optional<Fault> undeclared_scores(const rules::StoredRules& rules, const rules::Scores& declared);

// The entity tag of a handle's rules: their version, quoted.
std::string etag_of(const rules::StoredRules& rules);

void add_rule_difference(Api& api, std::vector<Route>& routes);                                       // by add_rules
void add_rule_versions(Api& api, const std::shared_ptr<RuleTurn>& turn, std::vector<Route>& routes);  // by add_rules

}  // namespace beckon::http
