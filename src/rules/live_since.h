// Since when a rule is live, told when it is saved: anchors of a delayed rule that arrived before do not count.
#pragma once
#include <string_view>

#include "rules/rule_store.h"

namespace beckon::rules {

// StoredRule::live_since of the text `json`, saved at `at` in the place of `before` (null: there was none). Its status
// counts from `at`, or, where it was the same before, from when that one counted; zero where it is neither live nor
// shadow. `json` is an accepted rule.
Instant live_since(const StoredRule* before, std::string_view json, Instant at);

}  // namespace beckon::rules
