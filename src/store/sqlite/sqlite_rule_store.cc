#include "store/sqlite/sqlite_rule_store.h"

#include "store/rows.h"
#include "store/sqlite/faults.h"

namespace beckon::store {
namespace {

std::uint64_t newest(Connection& connection, const Handle& handle) {
  auto row = connection.query("SELECT coalesce(max(rules_version), 0) FROM rule WHERE handle = ?1", handle);
  row.next();
  return row.whole(0);
}

// The oldest version that is kept.
std::uint64_t oldest(Connection& connection, const Handle& handle) {
  auto row = connection.query("SELECT first FROM rules_kept WHERE handle = ?1", handle);
  return row.next() ? row.whole(0) : 0;
}

// The last text of each rule up to the version; SQLite takes the other columns from the row of the max().
rules::StoredRules read(Connection& connection, const Handle& handle, std::uint64_t version) {
  rules::StoredRules found{.version = version, .rules = {}};
  auto row = connection.query(
      "SELECT rule, json, max(rules_version), at, live_since FROM rule "
      "WHERE handle = ?1 AND rules_version <= ?2 GROUP BY rule ORDER BY rule",
      handle, version);
  while (row.next())
    if (!row.is_null(1))
      found.rules.push_back(
          {RuleId(row.text(0)), std::string(row.text(1)), row.whole(2), row.instant(3), row.instant(4)});
  return found;
}

}  // namespace

Result<rules::StoredRules> SqliteRuleStore::rules(const Handle& handle) {
  return guarded([&]() -> Result<rules::StoredRules> {
    auto reader = readers_.borrow();
    const Transaction one_view(*reader, Transaction::Kind::kRead);
    rules::StoredRules found = read(*reader, handle, newest(*reader, handle));
    found.filling = filling_from(
        reader->query("SELECT " BECKON_FILLING_COLUMNS "FROM filling_rule WHERE handle = ?1 ORDER BY rule", handle));
    return found;
  });
}

Result<rules::StoredRules> SqliteRuleStore::rules_at(const Handle& handle, std::uint64_t version) {
  return guarded([&]() -> Result<rules::StoredRules> {
    auto reader = readers_.borrow();
    const Transaction one_view(*reader, Transaction::Kind::kRead);
    if (version > newest(*reader, handle) || version < oldest(*reader, handle))
      return unexpected(not_found("version of the rules"));
    return read(*reader, handle, version);
  });
}

Result<std::vector<rules::RulesVersion>> SqliteRuleStore::versions(const Handle& handle, std::uint64_t before,
                                                                   std::size_t limit) {
  return guarded([&]() -> Result<std::vector<rules::RulesVersion>> {
    auto reader = readers_.borrow();
    auto row = reader->query(
        "SELECT rules_version, at, rule, json IS NULL, zone_version, actor FROM rule WHERE handle = ?1 AND "
        "rules_version < ?2 "
        "AND rules_version >= ?3 ORDER BY rules_version DESC, rule",
        handle, before, oldest(*reader, handle));
    return versions_from(std::move(row), limit);
  });
}

// The rule's own rows are found by key; the number of rules that a version changed is counted in the index of versions.
Result<std::vector<rules::RulesVersion>> SqliteRuleStore::versions_of(const Handle& handle, const RuleId& rule,
                                                                      std::uint64_t before, std::size_t limit) {
  return guarded([&]() -> Result<std::vector<rules::RulesVersion>> {
    auto reader = readers_.borrow();
    const Transaction one_view(*reader, Transaction::Kind::kRead);
    std::vector<rules::RulesVersion> found;
    auto row = reader->query(
        "SELECT r.rules_version, r.at, r.json IS NULL, r.zone_version, r.actor, (SELECT count(*) FROM "
        "rule o INDEXED BY rule_by_version WHERE o.handle = ?1 AND o.rules_version = r.rules_version) FROM rule r "
        "WHERE r.handle = ?1 AND r.rule = ?2 AND r.rules_version < ?3 AND r.rules_version >= ?4 "
        "ORDER BY r.rules_version DESC LIMIT ?5",
        handle, rule, before, oldest(*reader, handle), limit);
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

Result<std::uint64_t> SqliteRuleStore::version_by(const Handle& handle, Instant at) {
  return guarded([&]() -> Result<std::uint64_t> {
    auto reader = readers_.borrow();
    auto row = reader->query(
        "SELECT rules_version FROM rule WHERE handle = ?1 AND at <= ?2 ORDER BY rules_version DESC LIMIT 1", handle,
        at);
    return row.next() ? row.whole(0) : 0;
  });
}

// A deleted rule needs no text.
Result<std::vector<rules::SupersededRule>> SqliteRuleStore::superseded(const Handle& handle, std::uint64_t first,
                                                                       std::size_t limit) {
  return guarded([&]() -> Result<std::vector<rules::SupersededRule>> {
    auto reader = readers_.borrow();
    auto row = reader->query(
        "SELECT r.rule, r.rules_version FROM rule r WHERE r.handle = ?1 AND r.rules_version < ?2 "
        "AND (r.json IS NULL OR EXISTS (SELECT 1 FROM rule n WHERE n.handle = ?1 AND n.rule = r.rule "
        "AND n.rules_version > r.rules_version AND n.rules_version <= ?2)) "
        "ORDER BY r.rules_version, r.rule LIMIT ?3",
        handle, first, limit);
    std::vector<rules::SupersededRule> found;
    while (row.next()) found.push_back({RuleId(row.text(0)), row.whole(1)});
    return found;
  });
}

}  // namespace beckon::store
