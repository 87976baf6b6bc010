// A change of a handle's rules on its way to the disk, whoever asked for it: a rule put or deleted, a version restored.
#pragma once
#include <mutex>

#include "http/routes/rule_view.h"

namespace beckon::http {

// Changes of rules come one after the other, so that reading and compiling them is done on the control threads and not
// on the committing thread, where everything else would wait for it. Held from reading the rules to the commit.
struct RuleTurn {
  std::mutex mutex;
};

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

// The entity tag of all rules of a handle: their version, quoted.
std::string etag_of(const rules::StoredRules& rules);

void add_rule_versions(Api& api, const std::shared_ptr<RuleTurn>& turn, std::vector<Route>& routes);  // by add_rules

}  // namespace beckon::http
