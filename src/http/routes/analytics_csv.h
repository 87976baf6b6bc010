// Analytics in responses, as CSV: a row for each bucket, rule, trigger and variant.
#pragma once
#include "http/routes/analytics_rows.h"
#include "rules/rule_store.h"

namespace beckon::http {

// at,ruleId,ruleName,trigger,variant,shadow,holdout,acted,…,converted,value,heldBack.limit,…, and of each currency in
// which there is a value, by its code or "none", value.CODE and conversions.CODE. `rules`: for their names; that of a
// deleted one is empty.
std::string analytics_csv(const AnalyticsRows& rows, const rules::StoredRules& rules);

}  // namespace beckon::http
