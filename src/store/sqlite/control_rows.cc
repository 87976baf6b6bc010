#include "access/audit_chain.h"
#include "store/sqlite/batch_rows.h"

namespace beckon::store {

namespace {

// The end of the chain, which may be an entry that was deleted.
std::pair<std::uint64_t, std::string> last_of_chain(Connection& connection) {
  auto row = connection.query(
      "SELECT number, hash FROM (SELECT number, hash FROM audit WHERE number > 0 ORDER BY number DESC LIMIT 1) "
      "UNION ALL SELECT number, hash FROM (SELECT number, hash FROM audit_link ORDER BY number DESC LIMIT 1) "
      "ORDER BY number DESC LIMIT 1");
  if (!row.next()) return {0, access::kFirstPrevious};
  return {row.whole(0), std::string(row.text(1))};
}

// Keeps the hash of each deleted entry that another entry refers to.
void remove_audit(Connection& connection, Query gone) {
  std::vector<std::pair<std::uint64_t, std::string>> links;
  while (gone.next()) links.emplace_back(gone.whole(0), gone.text(1));
  for (const auto& [number, hash] : links)
    if (number > 0) connection.run("INSERT INTO audit_link (number, hash) VALUES (?1, ?2)", number, Blob{hash});
  connection.run(
      "DELETE FROM audit_link WHERE EXISTS (SELECT 1 FROM audit_link AS next WHERE next.number = audit_link.number + "
      "1)");
}

}  // namespace

void write_audit(Connection& connection, const AuditEntry& entry) {
  if (connection
          .query("SELECT 1 FROM audit WHERE handle = ?1 AND at = ?2 AND id = ?3", entry.handle, entry.at, entry.id)
          .next())
    return;
  auto [number, previous] = last_of_chain(connection);
  const AuditEntry written = access::chained(entry, number + 1, std::move(previous));
  connection.run(
      "INSERT INTO audit (handle, at, id, actor, address, request, action, target, detail, before, number, previous, "
      "hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
      written.handle, written.at, written.id, written.by.actor, written.by.address, written.by.request, written.action,
      written.target, written.detail, written.before, written.number, Blob{written.previous}, Blob{written.hash});
  connection.run(
      "INSERT INTO meta (name, value) VALUES ('audit_events', ?1) ON CONFLICT (name) DO UPDATE SET value = ?1",
      written.number);
}

void apply(Writing& writing, const commit::RulePut& rule) {
  const std::optional<std::string_view> json =
      rule.json.empty() ? std::nullopt : std::optional<std::string_view>(rule.json);
  writing.connection.run(
      "INSERT INTO rule (handle, rule, rules_version, json, at, live_since, zone_version, actor) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (handle, rule, rules_version) DO UPDATE SET "
      "json = excluded.json, at = excluded.at, live_since = excluded.live_since, "
      "zone_version = excluded.zone_version, actor = excluded.actor",
      rule.handle, rule.rule, rule.rules_version, json, rule.at, rule.live_since, rule.zone_version, rule.actor);
}

void apply(Writing& writing, const commit::FillingPut& filling) {
  const rules::FillingRule& rule = filling.rule;
  if (!rule.json.empty())
    writing.connection.run(
        "INSERT OR REPLACE INTO filling_rule (handle, rule, json, at, actor, filled_to, fill_until) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        filling.handle, rule.id, rule.json, rule.at, rule.actor, rule.filled_to, rule.fill_until);
  else
    writing.connection.run("DELETE FROM filling_rule WHERE handle = ?1 AND rule = ?2", filling.handle, rule.id);
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
  remove_audit(writing.connection,
               writing.connection.query(
                   "DELETE FROM audit WHERE (handle, at, id) IN (SELECT handle, at, id FROM audit "
                   "INDEXED BY audit_by_time WHERE NOT (action = 'settings.put' OR action GLOB 'counter.*') "
                   "AND at < ?1 ORDER BY at LIMIT ?2) RETURNING number, hash",
                   sweep.before, commit::Batch::kSweep));
}

// The newest entry says what has held since. If that is a deletion, it is equivalent to no entry once it is the only
// one left.
void apply(Writing& writing, const commit::SweepReplacedAudit& sweep) {
  remove_audit(
      writing.connection,
      writing.connection.query(
          "DELETE FROM audit WHERE (handle, at, id) IN ("
          "SELECT a.handle, a.at, a.id FROM audit a INDEXED BY audit_of_what_holds "
          "WHERE (a.action = 'settings.put' OR a.action GLOB 'counter.*') AND a.at < ?1 AND (EXISTS ("
          "SELECT 1 FROM audit b INDEXED BY audit_of_what_holds "
          "WHERE (b.action = 'settings.put' OR b.action GLOB 'counter.*') AND b.handle = a.handle AND b.target = "
          "a.target "
          "AND (b.action = 'settings.put') = (a.action = 'settings.put') AND (b.at, b.id) > (a.at, a.id) AND b.at < "
          "?1) "
          "OR a.action = 'counter.delete' AND NOT EXISTS (SELECT 1 FROM audit b INDEXED BY audit_of_what_holds "
          "WHERE (b.action = 'settings.put' OR b.action GLOB 'counter.*') AND b.handle = a.handle AND b.target = "
          "a.target "
          "AND b.action <> 'settings.put' AND (b.at, b.id) < (a.at, a.id))) LIMIT ?2) RETURNING number, hash",
          sweep.before, commit::Batch::kSweep));
}

}  // namespace beckon::store
