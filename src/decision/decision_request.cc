#include "decision/decision_request.h"

#include "decision/request_members.h"

namespace beckon::decision {
namespace {

using json::Value;

std::string read_trigger(const Value& value, const std::string& path, Issues& issues) {
  if (value.is_string() && is_trigger(value.text()) && value.text() != kDueTrigger) return std::string(value.text());
  issues.add(path, "must be a trigger: 1 to 64 characters from a-z, 0-9, _ . : and -, starting with a letter or digit");
  return {};
}

void read_triggers(const Value& root, bool many, DecisionRequest& request, Issues& issues) {
  const Value *one = root.find("trigger"), *list = many ? root.find("triggers") : nullptr;
  if (one && list) return issues.add("trigger", "must not be combined with triggers");
  if (one) return request.triggers.push_back(read_trigger(*one, "trigger", issues));
  if (!list) return issues.add(many ? "triggers" : "trigger", "is required");
  if (!list->is_array() || list->items().empty() || list->items().size() > kTriggersPerPrefetch)
    return issues.add("triggers", "must be a list of 1 to 20 triggers");
  for (std::size_t i = 0; i < list->items().size(); ++i)
    request.triggers.push_back(read_trigger(list->items()[i], "triggers[" + std::to_string(i) + "]", issues));
}

}  // namespace

Result<DecisionRequest> parse_decision(const Value& root, const commit::Tenants& tenants,
                                       std::optional<std::string_view> handle_in_path, bool many, Instant now) {
  if (!root.is_object())
    return unexpected(Fault{.code = FaultCode::kInvalidPayload, .message = "The body must be a JSON object."});
  DecisionRequest request;
  Issues issues;
  const std::string_view handle = read_handle(root, handle_in_path, issues);
  request.session = read_session(root, handle_in_path.has_value(), issues);
  auto visitor = read_visitor(root, issues);
  const auto proof = read_proof(root, issues);
  request.anonymous = read_anonymous(root, issues);
  request.context = read_context(root, issues);
  read_triggers(root, many, request, issues);
  if (const Value* etag = many ? root.find("ifNoneMatch") : nullptr; etag) {
    if (etag->is_string() && etag->text().size() <= 64)
      request.if_none_match = etag->text();
    else
      issues.add("ifNoneMatch", "must be the etag of an earlier prefetch");
  }
  if (!issues.empty()) return unexpected(issues.fault());
  auto tenant = tenants.find(handle);
  if (!tenant) return unexpected(tenant.error());
  request.tenant = std::move(*tenant);
  request.visitor = admitted(std::move(visitor), request.tenant->settings.blocked_ids, request.warnings);
  request.trust = trust_in(*request.tenant, request.visitor, proof, handle_in_path.has_value(), now, request.warnings);
  return request;
}

}  // namespace beckon::decision
