// rules::RuleStore over SQLite. Thread-safe: each call borrows a reader.
#pragma once
#include "rules/rule_history.h"
#include "rules/rule_store.h"
#include "store/sqlite/readers.h"

namespace beckon::store {

class SqliteRuleStore final : public rules::RuleStore, public rules::RuleHistory {
 public:
  explicit SqliteRuleStore(Readers& readers) : readers_(readers) {}
  Result<rules::StoredRules> rules(const Handle& handle) override;
  Result<std::uint64_t> version_by(const Handle& handle, Instant at) override;
  Result<std::vector<rules::SupersededRule>> superseded(const Handle& handle, std::uint64_t first,
                                                        std::size_t limit) override;
  // kNotFound for a version that does not exist yet or was deleted; version 0 has no rules.
  Result<rules::StoredRules> rules_at(const Handle& handle, std::uint64_t version) override;
  Result<std::vector<rules::RulesVersion>> versions(const Handle& handle, std::uint64_t before,
                                                    std::size_t limit) override;
  Result<std::vector<rules::RulesVersion>> versions_of(const Handle& handle, const RuleId& rule, std::uint64_t before,
                                                       std::size_t limit) override;

 private:
  Readers& readers_;
};

}  // namespace beckon::store
