// The port through which the versions that changed one rule are read.
#pragma once
#include <vector>

#include "rules/rule_store.h"

namespace beckon::rules {

// Thread-safe.
class RuleHistory {
 public:
  virtual ~RuleHistory() = default;
  // As RuleStore::versions, those that changed this rule: `changes` names it alone, `changed` counts all.
  virtual Result<std::vector<RulesVersion>> versions_of(const Handle& handle, const RuleId& rule, std::uint64_t before,
                                                        std::size_t limit) = 0;
};

}  // namespace beckon::rules
