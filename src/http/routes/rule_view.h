// A rule on its way in and out, and its version as an entity tag: RFC 9110 section 8.8.3.
#pragma once
#include "http/routes/api.h"

namespace beckon::http {

// "7", quoted: the rulesVersion of the rule's last change.
std::string etag_of(const rules::StoredRule& rule);

// Whether If-Match lets a change through. `etag` is empty where there is no rule. Without the header: always.
bool may_change(std::string_view if_match, std::string_view etag);

// What the answer to one request says of a rule beside it; `warnings`: a JSON array.
struct Answered {
  const Request& request;
  const std::string& warnings;
};

// The rule's JSON with rulesVersion and updatedAt; with `answered`, also warnings and requestId.
std::string rule_json(const rules::StoredRule& rule, const std::optional<Answered>& answered = std::nullopt);

// A rule as it was answered may come back as it is: the members that only answers have are taken out.
std::string without_answer_members(const json::Value& rule);

// The rules with this one in them, or, where `json` is empty, without it. In the order of their ids.
rules::StoredRules with_change(rules::StoredRules rules, const RuleId& id, const std::string& json, Instant at);

// The rules as they were in `then`, as one new version: a rule that differs from now comes with it, one that does not
// keeps the version of its last change. The version stays where nothing differs.
rules::StoredRules rolled_back(const rules::StoredRules& now, const rules::StoredRules& then, Instant at);

const rules::StoredRule* find(const rules::StoredRules& rules, const RuleId& id);

}  // namespace beckon::http
