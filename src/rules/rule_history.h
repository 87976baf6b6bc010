// The read port for the versions that changed one rule.
#pragma once
#include <vector>

#include "rules/rule_store.h"

namespace beckon::rules {

// Thread-safe.
class RuleHistory {
 public:
  virtual ~RuleHistory() = default;
  // Like RuleStore::versions, but only those that changed this rule: `changes` has only it, `changed` counts all rules.
  virtual Result<std::vector<RulesVersion>> versions_of(const Handle& handle, const RuleId& rule, std::uint64_t before,
                                                        std::size_t limit) = 0;
};

}  // namespace beckon::rules
