// When a rule became live, determined when it is saved: earlier anchors of a delayed rule do not count.
#pragma once
#include <string_view>

#include "rules/rule_store.h"

namespace beckon::rules {

// StoredRule::live_since of the rule `json`, saved at `at` to replace `before` (null if there was none): `at`, or, if
// the status is unchanged, that of `before`; zero if it is neither live nor shadow. Precondition: `json` is a valid
// rule.
Instant live_since(const StoredRule* before, std::string_view json, Instant at);

}  // namespace beckon::rules
