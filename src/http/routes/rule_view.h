// A rule in requests and responses, and its version as an entity tag: RFC 9110 section 8.8.3.
#pragma once
#include "http/routes/api.h"
#include "rules/lint/lint.h"

namespace beckon::http {

// The version in quotes, such as "7": of a handle, of all its rules; of one rule, that of its last change.
std::string etag_of(const rules::StoredRules& rules);
std::string etag_of(const rules::StoredRule& rule);

// Whether If-Match allows a change; always if there is no such header. `etag` is empty if the rule does not exist.
bool may_change(std::string_view if_match, std::string_view etag);

// What a response adds to a rule; `warnings` is a JSON array.
struct Answered {
  const Request& request;
  const std::string& warnings;
};

// The rule's JSON with rulesVersion and updatedAt; with `answered`, also warnings and requestId.
std::string rule_json(const rules::StoredRule& rule, const std::optional<Answered>& answered = std::nullopt);

// A rule of a request, as check_rule (rules/language/check_rule.h): without the members that only responses have, so
// that a rule can be sent back as received, and with the ids in split.force in the form in which ids are compared.
Result<std::string> checked_rule(const RuleId& id, const json::Value& given, const rules::Declared& declared,
                                 const rules::Counters* counters = nullptr);

// Adds a warning for each trait without which the rule's message is held back, with the share of recent visitors who
// lack it. If there is such a trait, reads the records of a bounded number of visitors.
void warn_of_missing_traits(const Api& api, const commit::Tenant& tenant, const rules::StoredRule& rule,
                            std::vector<rules::Warning>& warnings);

// Before something that rules may use is deleted: conflict, with the rules, if a rule names it. `what` is its kind
// ("trait"); `names_of` returns the names of that kind in a rule. Call during the handle's turn of RuleBook, and keep
// the turn until the deletion.
Result<void> check_unused(const Api& api, const Handle& handle, std::string_view what, std::string_view name,
                          std::vector<std::string> (*names_of)(const RuleId&, const json::Value&, const Zones&));

void add_rule_difference(Api& api, std::vector<Route>& routes);  // added by add_rules
void add_rule_order(Api& api, std::vector<Route>& routes);       // added by add_rules
void add_rule_versions(Api& api, std::vector<Route>& routes);    // added by add_rules

}  // namespace beckon::http
