#include "http/routes/ofrep_request.h"

#include <algorithm>
#include <array>

#include "http/error.h"
#include "http/text.h"

namespace beckon::http {
namespace {

using json::Value;

constexpr std::array<std::string_view, 4> kIds{"targetingKey", "visitorId", "visitorProof", "anonymousId"};

bool can_be_read(const json::Member& member) {
  return is_signal_key(member.key) && !member.value.is_object() && !member.value.is_array() &&
         std::ranges::find(kIds, member.key) == kIds.end();
}

ledger::Context context_in(const Value& value, Issues& issues) {
  ledger::Context context;
  for (const json::Member& member : value.members())
    if (can_be_read(member)) decision::read_context_member(member, context, issues);
  if (context.size() > decision::kContextKeys) issues.add("context", "must have at most 32 keys that are no ids");
  std::ranges::sort(context);
  return context;
}

// Providers pass on a single text.
std::string in_one_text(const Fault& fault) {
  std::string text = fault.message;
  for (const FieldIssue& issue : fault.details)
    text.append(" ").append(issue.field).append(" ").append(issue.issue) += '.';
  return text;
}

OfrepFault of_context(std::string_view code, std::string field, std::string issue) {
  Issues issues;
  issues.add(std::move(field), std::move(issue));
  return {issues.fault(), code};
}

}  // namespace

std::expected<decision::DecisionRequest, OfrepFault> parse_ofrep(const Value& root, commit::TenantPtr tenant,
                                                                 bool with_role, Instant now) {
  const Value* said = root.find("context");
  if (!root.is_object() || (said && !said->is_object()))
    return std::unexpected(of_context(kInvalidContext, "context", "must be an object, in a body that is one"));
  const Value* key = said ? said->find("targetingKey") : nullptr;
  if (!key || key->is_null() || (key->is_string() && key->text().empty()))
    return std::unexpected(of_context(kTargetingKeyMissing, "context.targetingKey", "is required: the sessionId"));
  decision::DecisionRequest request{.tenant = std::move(tenant)};
  Issues issues;
  request.session = decision::read_session(*said, with_role, issues, "targetingKey");
  auto visitor = decision::read_visitor(*said, issues);
  const auto proof = decision::read_proof(*said, issues);
  request.anonymous = decision::read_anonymous(*said, issues);
  request.context = context_in(*said, issues);
  if (!issues.empty()) return std::unexpected(OfrepFault{issues.fault(), kInvalidContext});
  request.visitor = decision::admitted(std::move(visitor), request.tenant->settings.blocked_ids, request.warnings);
  request.trust = decision::trust_in(*request.tenant, request.visitor, proof, with_role, now, request.warnings);
  return request;
}

Response to_response(OfrepFault refused, const std::string* key, const RequestId& request) {
  auto& [fault, code] = refused;
  if (fault.code == FaultCode::kConflict) code = kInvalidContext;
  if (key) fault.extras.emplace_back("key", json::quote(*key));
  fault.extras.emplace_back("errorCode", json::quote(code));
  fault.extras.emplace_back("errorDetails", json::quote(in_one_text(fault)));
  Response response = to_response(fault, request);
  if (fault.code == FaultCode::kConflict) response.status = 400;
  return response;
}

bool lists_etag(std::string_view if_none_match, std::string_view etag) {
  while (!if_none_match.empty()) {
    std::string_view one = trim(take_until(if_none_match, ','));
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one.size() == etag.size() + 2 && one.front() == '"' && one.back() == '"' && one.substr(1, etag.size()) == etag)
      return true;
  }
  return false;
}

}  // namespace beckon::http
