#include "intake/append_request.h"

#include "decision/request_members.h"
#include "intake/signal_reader.h"

namespace beckon::intake {
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

Duration read_skew(const Value& root, Instant now, Issues& issues) {
  const Value* value = root.find("sentAt");
  if (!value) return {};
  const auto sent = value->instant();
  if (sent) return skew_of(*sent, now);
  issues.add("sentAt", "must be an RFC 3339 time or epoch milliseconds");
  return {};
}

}  // namespace

Result<AppendRequest> parse_append(json::Document document, const commit::Tenants& tenants,
                                   std::optional<std::string_view> handle_in_path, Instant now) {
  Result<AppendRequest> result(std::in_place, std::move(document));
  AppendRequest& request = *result;
  const Value& root = request.document.root();
  Issues issues;
  if (!root.is_object())
    return unexpected(Fault{.code = FaultCode::kInvalidPayload, .message = "The body must be a JSON object."});
  const std::string_view handle = decision::read_handle(root, handle_in_path, issues);
  request.session = decision::read_session(root, handle_in_path.has_value(), issues);
  auto visitor = decision::read_visitor(root, issues);
  const auto proof = decision::read_proof(root, issues);
  request.anonymous = decision::read_anonymous(root, issues);
  request.context = decision::read_context(root, issues);
  read_consent(root, request, issues);
  const Duration skew = read_skew(root, now, issues);
  const auto tenant = tenants.find(handle);
  const Duration retention = tenant ? (*tenant)->settings.retention : commit::HandleSettings{}.retention;
  const Value* traits = root.find("traits");
  if (traits) request.traits = read_traits(*traits, "traits", false, issues);
  const Value* signals = root.find("signals");
  if (!signals) {
    if (!traits) issues.add("signals", "is required");
  } else if (!signals->is_array() || (signals->items().empty() && !traits) ||
             signals->items().size() > kSignalsPerRequest) {
    issues.add("signals", "must be a list of 1 to 60 signals");
  } else {
    SignalReader reader(request.texts, now, retention, issues);
    reader.set_skew(skew);
    request.texts.reserve(signals->items().size());
    request.signals.reserve(signals->items().size());
    for (const Value& signal : signals->items()) request.signals.push_back(reader.read(signal, request.signals.size()));
  }
  if (!issues.empty()) return unexpected(issues.fault());
  if (!tenant) return unexpected(tenant.error());
  request.tenant = *tenant;
  request.visitor = decision::admitted(std::move(visitor), request.tenant->settings.blocked_ids, request.warnings);
  request.trust =
      decision::trust_in(*request.tenant, request.visitor, proof, handle_in_path.has_value(), now, request.warnings);
  return result;
}

}  // namespace beckon::intake
