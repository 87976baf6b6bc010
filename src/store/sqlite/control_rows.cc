#include "store/sqlite/batch_rows.h"

namespace beckon::store {

void write_audit(Connection& connection, const AuditEntry& entry) {
  connection.run(
      "INSERT INTO audit (handle, at, id, actor, action, target, detail) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
      entry.handle, entry.at, entry.id, entry.actor, entry.action, entry.target, entry.detail);
}

void apply(Writing& writing, const commit::RulePut& rule) {
  const std::optional<std::string_view> json =
      rule.json.empty() ? std::nullopt : std::optional<std::string_view>(rule.json);
  writing.connection.run(
      "INSERT INTO rule (handle, rule, rules_version, json, at, live_since, zone_version) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (handle, rule, rules_version) DO UPDATE SET "
      "json = excluded.json, at = excluded.at, live_since = excluded.live_since, "
      "zone_version = excluded.zone_version",
      rule.handle, rule.rule, rule.rules_version, json, rule.at, rule.live_since, rule.zone_version);
}

void apply(Writing& writing, const AuditEntry& entry) { write_audit(writing.connection, entry); }

}  // namespace beckon::store
