// Analytics responses as CSV: a row for each bucket, rule, trigger and variant.
#pragma once
#include "http/routes/analytics_rows.h"
#include "rules/rule_store.h"

namespace beckon::http {

// at,ruleId,ruleName,trigger,variant,shadow,holdout,acted,…,converted,value,heldBack.limit,…, and for each currency
// with a value value.CODE and conversions.CODE, where CODE may be "none". `rules` supplies the names; that of a deleted
// rule is empty.
std::string analytics_csv(const AnalyticsRows& rows, const rules::StoredRules& rules);

}  // namespace beckon::http
