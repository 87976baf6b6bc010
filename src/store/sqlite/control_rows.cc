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

void apply(Writing& writing, const commit::ForgetRules& old) {
  for (const rules::SupersededRule& text : old.texts)
    writing.connection.run("DELETE FROM rule WHERE handle = ?1 AND rule = ?2 AND rules_version = ?3", old.handle,
                           text.rule, text.rules_version);
  writing.connection.run(
      "INSERT INTO rules_kept (handle, first) VALUES (?1, ?2) "
      "ON CONFLICT (handle) DO UPDATE SET first = max(first, excluded.first)",
      old.handle, old.first);
}

void apply(Writing& writing, const commit::TraitPut& trait) {
  if (!trait.json.empty())
    writing.connection.run(
        "INSERT INTO trait (handle, name, json) VALUES (?1, ?2, ?3) "
        "ON CONFLICT (handle, name) DO UPDATE SET json = excluded.json",
        trait.handle, trait.name, trait.json);
  else
    writing.connection.run("DELETE FROM trait WHERE handle = ?1 AND name = ?2", trait.handle, trait.name);
}

void apply(Writing& writing, const commit::CounterPut& counter) {
  if (!counter.json.empty())
    writing.connection.run(
        "INSERT INTO counter (handle, name, json) VALUES (?1, ?2, ?3) "
        "ON CONFLICT (handle, name) DO UPDATE SET json = excluded.json",
        counter.handle, counter.name, counter.json);
  else
    writing.connection.run("DELETE FROM counter WHERE handle = ?1 AND name = ?2", counter.handle, counter.name);
}

void apply(Writing& writing, const AuditEntry& entry) { write_audit(writing.connection, entry); }

void apply(Writing& writing, const commit::SweepAudit& sweep) {
  writing.connection.run(
      "DELETE FROM audit WHERE (handle, at, id) IN (SELECT handle, at, id FROM audit INDEXED BY audit_by_time "
      "WHERE NOT (action = 'settings.put' OR action GLOB 'counter.*') AND at < ?1 ORDER BY at LIMIT ?2)",
      sweep.before, commit::Batch::kSweep);
}

// The newest says what has held since, or that there is nothing any more, which is the same as no entry once it is the
// only one.
void apply(Writing& writing, const commit::SweepReplacedAudit& sweep) {
  writing.connection.run(
      "DELETE FROM audit WHERE (handle, at, id) IN ("
      "SELECT a.handle, a.at, a.id FROM audit a INDEXED BY audit_of_what_holds "
      "WHERE (a.action = 'settings.put' OR a.action GLOB 'counter.*') AND a.at < ?1 AND (EXISTS ("
      "SELECT 1 FROM audit b INDEXED BY audit_of_what_holds "
      "WHERE (b.action = 'settings.put' OR b.action GLOB 'counter.*') AND b.handle = a.handle AND b.target = a.target "
      "AND (b.action = 'settings.put') = (a.action = 'settings.put') AND (b.at, b.id) > (a.at, a.id) AND b.at < ?1) "
      "OR a.action = 'counter.delete' AND NOT EXISTS (SELECT 1 FROM audit b INDEXED BY audit_of_what_holds "
      "WHERE (b.action = 'settings.put' OR b.action GLOB 'counter.*') AND b.handle = a.handle AND b.target = a.target "
      "AND b.action <> 'settings.put' AND (b.at, b.id) < (a.at, a.id))) LIMIT ?2)",
      sweep.before, commit::Batch::kSweep);
}

}  // namespace beckon::store
