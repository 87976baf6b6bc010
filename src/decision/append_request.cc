#include "decision/append_request.h"

#include <algorithm>

#include "decision/signal_reader.h"

namespace beckon::decision {
namespace {

using json::Value;

void read_consent(const Value& root, AppendRequest& request, Issues& issues) {
  const Value* value = root.find("consent");
  if (!value) return;
  const std::string_view said = value->is_string() ? value->text() : "";
  if (said == "full")
    request.consent = ledger::Consent::kFull;
  else if (said == "basic")
    request.consent = ledger::Consent::kBasic;
  else if (said == "denied")
    request.consent = ledger::Consent::kDenied;
  else
    issues.add("consent", "must be \"full\", \"basic\" or \"denied\"");
}

}  // namespace

std::string_view read_handle(const Value& root, std::optional<std::string_view> in_path, Issues& issues) {
  if (in_path) return *in_path;
  const Value* value = root.find("handle");
  if (!value) return issues.add("handle", "is required"), std::string_view{};
  if (!value->is_string() || !is_handle(value->text()))
    return issues.add("handle", "must be a handle: 2 to 63 of a-z 0-9 _ -, beginning with a letter or digit"),
           std::string_view{};
  return value->text();
}

SessionId read_session(const Value& root, Issues& issues) {
  const Value* value = root.find("sessionId");
  if (!value) return issues.add("sessionId", "is required"), SessionId{};
  if (!value->is_string() || !is_session_id(value->text()))
    return issues.add("sessionId", "must be 1 to 128 of A-Z a-z 0-9 . _ : -"), SessionId{};
  return SessionId{value->text()};
}

VisitorId read_visitor(const Value& root, Issues& issues) {
  const Value* value = root.find("visitorId");
  if (!value) return {};
  if (!value->is_string() || !is_session_id(value->text()))
    return issues.add("visitorId", "must be 1 to 128 of A-Z a-z 0-9 . _ : -"), VisitorId{};
  return VisitorId{value->text()};
}

ledger::Context read_context(const Value& root, Issues& issues) {
  ledger::Context context;
  const Value* value = root.find("context");
  if (!value) return context;
  if (!value->is_object()) return issues.add("context", "must be an object"), context;
  if (value->members().size() > kContextKeys) return issues.add("context", "must have at most 32 keys"), context;
  for (const json::Member& member : value->members()) {
    const std::string path = "context." + std::string(member.key);
    if (!is_signal_key(member.key)) {
      issues.add(path, "must have a name of 1 to 64 of A-Z a-z 0-9 . _ : -");
    } else if (member.value.is_object() || member.value.is_array()) {
      issues.add(path, "must be a string, a number, a boolean, or null to remove it");
    } else if (characters(member.value.text()) > 256 || member.value.text().find('\0') != std::string_view::npos) {
      issues.add(path, "must be at most 256 characters");
    } else {
      context.emplace_back(member.key, member.value.is_null() ? "" : member.value.text());
    }
  }
  std::ranges::sort(context);
  return context;
}

Result<TenantPtr> tenant_of(const Tenants& tenants, std::string_view handle, const Issues& issues) {
  if (!issues.empty()) return unexpected(issues.fault());
  return tenants.find(handle);
}

Result<AppendRequest> parse_append(json::Document document, const Tenants& tenants,
                                   std::optional<std::string_view> handle_in_path, Instant now) {
  AppendRequest request{.document = std::move(document)};
  const Value& root = request.document.root();
  Issues issues;
  if (!root.is_object())
    return unexpected(Fault{.code = FaultCode::kInvalidPayload, .message = "The body must be a JSON object."});
  const std::string_view handle = read_handle(root, handle_in_path, issues);
  request.session = read_session(root, issues);
  request.visitor = read_visitor(root, issues);
  request.context = read_context(root, issues);
  read_consent(root, request, issues);
  const auto tenant = tenants.find(handle);
  const Duration retention = tenant ? (*tenant)->settings.retention : HandleSettings{}.retention;
  const Value* signals = root.find("signals");
  if (!signals) {
    issues.add("signals", "is required");
  } else if (!signals->is_array() || signals->items().empty() || signals->items().size() > kSignalsPerRequest) {
    issues.add("signals", "must be a list of 1 to 60 signals");
  } else {
    SignalReader reader(request.texts, now, retention, issues);
    request.texts.reserve(signals->items().size());
    request.signals.reserve(signals->items().size());
    for (std::size_t i = 0; i < signals->items().size(); ++i)
      request.signals.push_back(reader.read(signals->items()[i], "signals[" + std::to_string(i) + "]"));
  }
  if (!issues.empty()) return unexpected(issues.fault());
  if (!tenant) return unexpected(tenant.error());
  request.tenant = *tenant;
  return request;
}

}  // namespace beckon::decision
