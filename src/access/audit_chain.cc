#include "access/audit_chain.h"

#include "base/json.h"
#include "system/encoding.h"

namespace beckon::access {

std::string audit_text(const AuditEntry& entry) {
  std::string text;
  json::Writer writer(text);
  writer.begin_object();
  writer.member_raw("number", entry.number == 0 ? "null" : std::to_string(entry.number));
  writer.member("auditId", entry.id.view());
  text_or_null(writer, "handle", entry.handle.view());
  writer.member("at", to_rfc3339(entry.at)).member("actor", entry.by.actor);
  text_or_null(writer, "address", entry.by.address);
  text_or_null(writer, "requestId", entry.by.request);
  writer.member("action", entry.action)
      .member("target", entry.target)
      .member_raw("before", entry.before.empty() ? "null" : entry.before)
      .member_raw("detail", entry.detail.empty() ? "{}" : entry.detail);
  text_or_null(writer, "previous", to_hex(entry.previous));
  writer.end_object();
  return text;
}

AuditEntry chained(AuditEntry entry, std::uint64_t number, std::string previous) {
  entry.number = number;
  entry.previous = std::move(previous);
  entry.hash = sha256(audit_text(entry));
  return entry;
}

std::string audit_line(const AuditEntry& entry) {
  std::string line = audit_text(entry);
  line.pop_back();
  line += R"(,"hash":)" + (entry.hash.empty() ? "null" : '"' + to_hex(entry.hash) + '"') + '}';
  return line;
}

}  // namespace beckon::access
