// A rule in requests and responses, and its version as an entity tag: RFC 9110 section 8.8.3.
#pragma once
#include "http/routes/api.h"

namespace beckon::http {

// "7", quoted: the rulesVersion of the rule's last change.
std::string etag_of(const rules::StoredRule& rule);

// Whether If-Match allows a change; without the header, always. `etag` is empty if the rule does not exist.
bool may_change(std::string_view if_match, std::string_view etag);

// What a response adds to a rule; `warnings` is a JSON array.
struct Answered {
  const Request& request;
  const std::string& warnings;
};

// The rule's JSON with rulesVersion and updatedAt; with `answered`, also warnings and requestId.
std::string rule_json(const rules::StoredRule& rule, const std::optional<Answered>& answered = std::nullopt);

// Removes the members that only responses have, so that a rule can be sent back as received.
std::string without_answer_members(const json::Value& rule);

// The rules with this one, or without it if `json` is empty. Ordered by id.
rules::StoredRules with_change(rules::StoredRules rules, const RuleId& id, const std::string& json, Instant at);

// The rules of `then` as a new version: rules that differ from the current ones get it, others keep the version of
// their last change. The version is unchanged if nothing differs.
rules::StoredRules rolled_back(const rules::StoredRules& now, const rules::StoredRules& then, Instant at);

const rules::StoredRule* find(const rules::StoredRules& rules, const RuleId& id);

}  // namespace beckon::http
