// rules::RuleStore over PostgreSQL. Thread-safe: each call borrows a reader.
#pragma once
#include "rules/rule_history.h"
#include "rules/rule_store.h"
#include "store/postgres/readers.h"
#include "store/postgres/shards.h"

namespace beckon::store::postgres {

class PostgresRuleStore final : public rules::RuleStore, public rules::RuleHistory {
 public:
  PostgresRuleStore(Readers& readers, const Shards& shards) : readers_(readers), shards_(shards) {}
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
  const Shards& shards_;
};

}  // namespace beckon::store::postgres
