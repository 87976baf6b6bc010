#include "access/audit_chain.h"
#include "store/postgres/batch_rows.h"

namespace beckon::store::postgres {
namespace {

// The end of the chain, which may be an entry that was deleted. The row of `audit_events` is locked, so that entries of
// all processes have one order.
std::pair<std::uint64_t, std::string> last_of_chain(Connection& connection) {
  connection.run("SELECT 1 FROM meta WHERE name = 'audit_events' FOR UPDATE");
  auto row = connection.query(
      "SELECT number, hash FROM ((SELECT number, hash FROM audit WHERE number > 0 ORDER BY number DESC LIMIT 1) "
      "UNION ALL (SELECT number, hash FROM audit_link ORDER BY number DESC LIMIT 1)) AS ends "
      "ORDER BY number DESC LIMIT 1");
  if (!row.next()) return {0, access::kFirstPrevious};
  return {row.whole(0), std::string(row.text(1))};
}

// Keeps the hash of each deleted entry that another entry refers to.
void remove_audit(Connection& connection, Rows gone) {
  while (gone.next())
    if (gone.integer(0) > 0)
      connection.run("INSERT INTO audit_link (number, hash) VALUES ($1, $2)", gone.integer(0), Blob{gone.text(1)});
  connection.run(
      "DELETE FROM audit_link WHERE EXISTS (SELECT 1 FROM audit_link AS next WHERE next.number = audit_link.number + "
      "1)");
}

}  // namespace

void write_audit(Connection& connection, const AuditEntry& entry) {
  auto [number, previous] = last_of_chain(connection);
  if (connection
          .query("SELECT 1 FROM audit WHERE handle = $1 AND at = $2 AND id = $3", entry.handle, entry.at, entry.id)
          .next())
    return;
  const AuditEntry written = access::chained(entry, number + 1, std::move(previous));
  connection.run(
      "INSERT INTO audit (handle, at, id, actor, address, request, action, target, detail, before, number, previous, "
      "hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
      written.handle, written.at, written.id, written.by.actor, written.by.address, written.by.request, written.action,
      written.target, written.detail, written.before, written.number, Blob{written.previous}, Blob{written.hash});
  connection.run("UPDATE meta SET value = $1 WHERE name = 'audit_events'", written.number);
}

void apply(Writing& writing, const commit::RulePut& rule) {
  const std::optional<std::string_view> json =
      rule.json.empty() ? std::nullopt : std::optional<std::string_view>(rule.json);
  writing.connection.run(
      "INSERT INTO rule (shard, handle, rule, rules_version, json, at, live_since, zone_version, actor) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (shard, handle, rule, rules_version) DO UPDATE SET "
      "json = excluded.json, at = excluded.at, live_since = excluded.live_since, "
      "zone_version = excluded.zone_version, actor = excluded.actor",
      writing.touch(rule.handle), rule.handle, rule.rule, rule.rules_version, json, rule.at, rule.live_since,
      rule.zone_version, rule.actor);
}

void apply(Writing& writing, const commit::FillingPut& filling) {
  const rules::FillingRule& rule = filling.rule;
  const Shard shard = writing.touch(filling.handle);
  if (!rule.json.empty())
    writing.connection.run(
        "INSERT INTO filling_rule (shard, handle, rule, json, at, actor, filled_to, fill_until) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (shard, handle, rule) DO UPDATE SET json = excluded.json, "
        "at = excluded.at, actor = excluded.actor, filled_to = excluded.filled_to, fill_until = excluded.fill_until",
        shard, filling.handle, rule.id, rule.json, rule.at, rule.actor, rule.filled_to, rule.fill_until);
  else
    writing.connection.run("DELETE FROM filling_rule WHERE shard = $1 AND handle = $2 AND rule = $3", shard,
                           filling.handle, rule.id);
}

void apply(Writing& writing, const commit::ForgetRules& old) {
  const Shard shard = writing.touch(old.handle);
  for (const rules::SupersededRule& text : old.texts)
    writing.connection.run("DELETE FROM rule WHERE shard = $1 AND handle = $2 AND rule = $3 AND rules_version = $4",
                           shard, old.handle, text.rule, text.rules_version);
  writing.connection.run(
      "INSERT INTO rules_kept (shard, handle, first) VALUES ($1, $2, $3) "
      "ON CONFLICT (shard, handle) DO UPDATE SET first = greatest(rules_kept.first, excluded.first)",
      shard, old.handle, old.first);
}

void apply(Writing& writing, const commit::TraitPut& trait) {
  const Shard shard = writing.touch(trait.handle);
  if (!trait.json.empty())
    writing.connection.run(
        "INSERT INTO trait (shard, handle, name, json) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (shard, handle, name) DO UPDATE SET json = excluded.json",
        shard, trait.handle, trait.name, trait.json);
  else
    writing.connection.run("DELETE FROM trait WHERE shard = $1 AND handle = $2 AND name = $3", shard, trait.handle,
                           trait.name);
}

void apply(Writing& writing, const commit::CounterPut& counter) {
  const Shard shard = writing.touch(counter.handle);
  if (!counter.json.empty())
    writing.connection.run(
        "INSERT INTO counter (shard, handle, name, json) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (shard, handle, name) DO UPDATE SET json = excluded.json",
        shard, counter.handle, counter.name, counter.json);
  else
    writing.connection.run("DELETE FROM counter WHERE shard = $1 AND handle = $2 AND name = $3", shard, counter.handle,
                           counter.name);
}

void apply(Writing& writing, const AuditEntry& entry) { write_audit(writing.connection, entry); }

#define BECKON_PG_WHAT_HOLDS "(action = 'settings.put' OR action LIKE 'counter.%')"

void apply(Writing& writing, const commit::SweepAudit& sweep) {
  writing.connection.run("SELECT 1 FROM meta WHERE name = 'audit_events' FOR UPDATE");
  remove_audit(writing.connection,
               writing.connection.query("DELETE FROM audit WHERE (handle, at, id) IN (SELECT handle, at, id FROM audit "
                                        "WHERE NOT " BECKON_PG_WHAT_HOLDS " AND at < $1 ORDER BY at LIMIT $2) "
                                        "RETURNING number, hash",
                                        sweep.before, commit::Batch::kSweep));
}

// The newest entry says what has held since. If that is a deletion, it is equivalent to no entry once it is the only
// one left.
void apply(Writing& writing, const commit::SweepReplacedAudit& sweep) {
  writing.connection.run("SELECT 1 FROM meta WHERE name = 'audit_events' FOR UPDATE");
  remove_audit(writing.connection,
               writing.connection.query(
                   "DELETE FROM audit WHERE (handle, at, id) IN ("
                   "SELECT a.handle, a.at, a.id FROM audit a "
                   "WHERE (a.action = 'settings.put' OR a.action LIKE 'counter.%') AND a.at < $1 AND (EXISTS ("
                   "SELECT 1 FROM audit b WHERE (b.action = 'settings.put' OR b.action LIKE 'counter.%') "
                   "AND b.handle = a.handle AND b.target = a.target "
                   "AND (b.action = 'settings.put') = (a.action = 'settings.put') AND (b.at, b.id) > (a.at, a.id) "
                   "AND b.at < $1) OR a.action = 'counter.delete' AND NOT EXISTS (SELECT 1 FROM audit b "
                   "WHERE (b.action = 'settings.put' OR b.action LIKE 'counter.%') AND b.handle = a.handle "
                   "AND b.target = a.target AND b.action <> 'settings.put' AND (b.at, b.id) < (a.at, a.id))) LIMIT $2) "
                   "RETURNING number, hash",
                   sweep.before, commit::Batch::kSweep));
}

}  // namespace beckon::store::postgres
