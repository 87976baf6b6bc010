#include "decision/append_request.h"

#include <algorithm>
#include <cmath>

namespace beckon::decision {
namespace {

using json::Value;

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(utf8, [](char c) { return (c & 0xc0) != 0x80; }));
}

// A member that must be a string of at most `most` characters; empty where it is absent or at fault.
std::string_view short_text(const Value& object, std::string_view name, std::size_t most, const std::string& path,
                            Issues& issues) {
  const Value* value = object.find(name);
  if (!value) return {};
  if (!value->is_string() || characters(value->text()) > most || value->text().find('\0') != std::string_view::npos) {
    issues.add(path + std::string(name), "must be a string of at most " + std::to_string(most) + " characters");
    return {};
  }
  return value->text();
}

class SignalReader {
 public:
  SignalReader(AppendRequest& request, Duration retention, Instant now, Issues& issues)
      : request_(request), retention_(retention), now_(now), issues_(issues) {}

  void read(const Value& from, std::size_t index) {
    path_ = "signals[" + std::to_string(index) + "].";
    if (!from.is_object()) return issues_.add("signals[" + std::to_string(index) + "]", "must be an object");
    ledger::Signal signal;
    signal.received = now_;
    read_key(from, signal);
    read_value(from, signal);
    read_confidence(from, signal);
    signal.source = short_text(from, "source", 64, path_, issues_);
    signal.id = short_text(from, "id", 64, path_, issues_);
    if (const Value* id = from.find("id"); id && id->is_string() && id->text().empty())
      issues_.add(path_ + "id", "must not be empty");
    read_metadata(from, signal);
    read_at(from, signal);
    request_.signals.push_back(signal);
  }

 private:
  void read_key(const Value& from, ledger::Signal& signal) {
    const Value *type = from.find("type"), *key = from.find("signalKey");
    if (type && key) return issues_.add(path_ + "signalKey", "must not be given beside type: they are the same");
    const std::string name = path_ + (key ? "signalKey" : "type");
    const Value* given = key ? key : type;
    if (!given) return issues_.add(name, "is required (or signalKey in its place)");
    if (!given->is_string() || !is_signal_key(given->text()))
      return issues_.add(name, "must be 1 to 64 of A-Z a-z 0-9 . _ : - and begin with a letter or digit");
    signal.key = given->text();
  }

  void read_value(const Value& from, ledger::Signal& signal) {
    const Value* value = from.find("signalValue");
    if (!value) return;
    if (value->is_number() || value->is_boolean() || value->is_string()) signal.value = value->text();
    else return issues_.add(path_ + "signalValue", "must be a string, a number or a boolean");
    signal.has_value = true;
    if (characters(signal.value) > 256) issues_.add(path_ + "signalValue", "must be at most 256 characters");
  }

  void read_confidence(const Value& from, ledger::Signal& signal) {
    const Value* value = from.find("confidence");
    if (!value) return;
    if (!value->is_number() || !(value->number() >= 0.0 && value->number() <= 1.0))
      return issues_.add(path_ + "confidence", "must be a number from 0 to 1");
    signal.confidence = static_cast<std::int32_t>(std::lround(value->number() * ledger::kFullConfidence));
  }

  void read_metadata(const Value& from, ledger::Signal& signal) {
    const Value* value = from.find("metadata");
    if (!value) return;
    if (!value->is_object()) return issues_.add(path_ + "metadata", "must be an object");
    if (json::depth(*value) > kMetadataDepth)
      return issues_.add(path_ + "metadata", "must be at most 4 levels deep");
    std::string text = json::to_text(*value);
    if (text.size() > kMetadataBytes) return issues_.add(path_ + "metadata", "must be at most 2048 bytes as JSON");
    if (text.size() == 2) return;  // {}
    signal.metadata = request_.texts.emplace_back(std::move(text));
  }

  void read_at(const Value& from, ledger::Signal& signal) {
    signal.at = now_;
    const Value* value = from.find("at");
    if (!value) return;
    std::optional<Instant> at;
    if (value->is_string()) at = parse_rfc3339(value->text());
    if (const auto ms = value->integer(); ms && *ms >= 0 && *ms < 253'402'300'800'000) at = instant_ms(*ms);
    if (!at) return issues_.add(path_ + "at", "must be an RFC 3339 instant or epoch milliseconds");
    if (*at > now_ + kAheadMost) return issues_.add(path_ + "at", "must be at most 5 minutes ahead of now");
    if (*at <= now_ - retention_)
      return issues_.add(path_ + "at", "is older than the retention of " + to_text(retention_));
    signal.at = *at;
  }

  AppendRequest& request_;
  const Duration retention_;
  const Instant now_;
  Issues& issues_;
  std::string path_;
};

void read_consent(const Value& root, AppendRequest& request, Issues& issues) {
  const Value* value = root.find("consent");
  if (!value) return;
  const std::string_view said = value->is_string() ? value->text() : "";
  if (said == "full") request.consent = ledger::Consent::kFull;
  else if (said == "basic") request.consent = ledger::Consent::kBasic;
  else if (said == "denied") request.consent = ledger::Consent::kDenied;
  else issues.add("consent", "must be \"full\", \"basic\" or \"denied\"");
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
    SignalReader reader(request, retention, now, issues);
    request.texts.reserve(signals->items().size());
    request.signals.reserve(signals->items().size());
    for (std::size_t i = 0; i < signals->items().size(); ++i) reader.read(signals->items()[i], i);
  }
  if (!issues.empty()) return unexpected(issues.fault());
  if (!tenant) return unexpected(tenant.error());
  request.tenant = *tenant;
  return request;
}

}  // namespace beckon::decision
