#include "store/postgres/postgres_rule_store.h"

#include "store/postgres/faults.h"
#include "store/rows.h"

namespace beckon::store::postgres {
namespace {

std::uint64_t newest(Connection& connection, Shard shard, const Handle& handle) {
  auto row = connection.query("SELECT coalesce(max(rules_version), 0) FROM rule WHERE shard = $1 AND handle = $2",
                              shard, handle);
  row.next();
  return row.whole(0);
}

// The oldest version that is kept.
std::uint64_t oldest(Connection& connection, Shard shard, const Handle& handle) {
  auto row = connection.query("SELECT first FROM rules_kept WHERE shard = $1 AND handle = $2", shard, handle);
  return row.next() ? row.whole(0) : 0;
}

// The last text of each rule up to the version.
rules::StoredRules read(Connection& connection, Shard shard, const Handle& handle, std::uint64_t version) {
  rules::StoredRules found{.version = version, .rules = {}};
  auto row = connection.query(
      "SELECT DISTINCT ON (rule) rule, json, rules_version, at, live_since FROM rule "
      "WHERE shard = $1 AND handle = $2 AND rules_version <= $3 ORDER BY rule, rules_version DESC",
      shard, handle, version);
  while (row.next())
    if (!row.is_null(1))
      found.rules.push_back(
          {RuleId(row.text(0)), std::string(row.text(1)), row.whole(2), row.instant(3), row.instant(4)});
  return found;
}

}  // namespace

Result<rules::StoredRules> PostgresRuleStore::rules(const Handle& handle) {
  return readers_.read([&](Connection& reader) -> Result<rules::StoredRules> {
    const Transaction one_view(reader, Transaction::Kind::kRead);
    const Shard shard = shards_.of(handle);
    rules::StoredRules found = read(reader, shard, handle, newest(reader, shard, handle));
    found.filling =
        filling_from(reader.query("SELECT " BECKON_FILLING_COLUMNS "FROM filling_rule WHERE shard = $1 AND handle = $2 "
                                  "ORDER BY rule",
                                  shard, handle));
    return found;
  });
}

Result<rules::StoredRules> PostgresRuleStore::rules_at(const Handle& handle, std::uint64_t version) {
  return readers_.read([&](Connection& reader) -> Result<rules::StoredRules> {
    const Transaction one_view(reader, Transaction::Kind::kRead);
    const Shard shard = shards_.of(handle);
    if (version > newest(reader, shard, handle) || version < oldest(reader, shard, handle))
      return unexpected(not_found("version of the rules"));
    return read(reader, shard, handle, version);
  });
}

Result<std::vector<rules::RulesVersion>> PostgresRuleStore::versions(const Handle& handle, std::uint64_t before,
                                                                     std::size_t limit) {
  return readers_.read([&](Connection& reader) -> Result<std::vector<rules::RulesVersion>> {
    const Shard shard = shards_.of(handle);
    auto row = reader.query(
        "SELECT rules_version, at, rule, json IS NULL, zone_version, actor FROM rule WHERE shard = $1 AND handle = $2 "
        "AND rules_version IN (SELECT DISTINCT rules_version FROM rule WHERE shard = $1 AND handle = $2 "
        "AND rules_version < $3 AND rules_version >= $4 ORDER BY rules_version DESC LIMIT $5) "
        "ORDER BY rules_version DESC, rule",
        shard, handle, before, oldest(reader, shard, handle), limit);
    return versions_from(std::move(row), limit);
  });
}

// The rule's own rows are found by key; the number of rules that a version changed is counted in the index of versions.
Result<std::vector<rules::RulesVersion>> PostgresRuleStore::versions_of(const Handle& handle, const RuleId& rule,
                                                                        std::uint64_t before, std::size_t limit) {
  return readers_.read([&](Connection& reader) -> Result<std::vector<rules::RulesVersion>> {
    const Transaction one_view(reader, Transaction::Kind::kRead);
    std::vector<rules::RulesVersion> found;
    const Shard shard = shards_.of(handle);
    auto row = reader.query(
        "SELECT r.rules_version, r.at, r.json IS NULL, r.zone_version, r.actor, (SELECT count(*) FROM rule o "
        "WHERE o.shard = $1 AND o.handle = $2 AND o.rules_version = r.rules_version) FROM rule r "
        "WHERE r.shard = $1 AND r.handle = $2 AND r.rule = $3 AND r.rules_version < $4 AND r.rules_version >= $5 "
        "ORDER BY r.rules_version DESC LIMIT $6",
        shard, handle, rule, before, oldest(reader, shard, handle), limit);
    while (row.next())
      found.push_back({.version = row.whole(0),
                       .at = row.instant(1),
                       .changes = {{rule, row.integer(2) != 0}},
                       .changed = row.whole(5),
                       .zone_version = std::string(row.text(3)),
                       .actor = std::string(row.text(4))});
    return found;
  });
}

Result<std::uint64_t> PostgresRuleStore::version_by(const Handle& handle, Instant at) {
  return readers_.read([&](Connection& reader) -> Result<std::uint64_t> {
    auto row = reader.query(
        "SELECT rules_version FROM rule WHERE shard = $1 AND handle = $2 AND at <= $3 "
        "ORDER BY rules_version DESC LIMIT 1",
        shards_.of(handle), handle, at);
    return row.next() ? row.whole(0) : 0;
  });
}

// A deleted rule needs no text.
Result<std::vector<rules::SupersededRule>> PostgresRuleStore::superseded(const Handle& handle, std::uint64_t first,
                                                                         std::size_t limit) {
  return readers_.read([&](Connection& reader) -> Result<std::vector<rules::SupersededRule>> {
    auto row = reader.query(
        "SELECT r.rule, r.rules_version FROM rule r WHERE r.shard = $1 AND r.handle = $2 AND r.rules_version < $3 "
        "AND (r.json IS NULL OR EXISTS (SELECT 1 FROM rule n WHERE n.shard = $1 AND n.handle = $2 AND n.rule = r.rule "
        "AND n.rules_version > r.rules_version AND n.rules_version <= $3)) "
        "ORDER BY r.rules_version, r.rule LIMIT $4",
        shards_.of(handle), handle, first, limit);
    std::vector<rules::SupersededRule> found;
    while (row.next()) found.push_back({RuleId(row.text(0)), row.whole(1)});
    return found;
  });
}

}  // namespace beckon::store::postgres
