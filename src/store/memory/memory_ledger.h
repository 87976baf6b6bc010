// ledger::Ledger and rules::RuleStore over containers. Thread-safe by the facts' lock.
#pragma once
#include "ledger/ledger.h"
#include "rules/rule_history.h"
#include "rules/rule_store.h"
#include "store/memory/facts.h"

namespace beckon::store {

class MemoryLedger final : public ledger::Ledger {
 public:
  explicit MemoryLedger(Facts& facts) : facts_(facts) {}
  Result<std::optional<ledger::StoredSnapshot>> snapshot(const Handle& handle, const SessionId& session) override;
  Result<std::vector<ledger::SessionSummary>> snapshots(const Handle& handle,
                                                        const std::optional<ledger::ListCursor>& behind,
                                                        std::size_t limit) override;
  Result<std::vector<SessionId>> sessions_of(const Handle& handle, const VisitorId& visitor) override;
  Result<std::vector<SessionId>> own_records(const Handle& handle, std::string_view prefix, std::string_view behind,
                                             std::size_t limit) override;
  Result<std::vector<ledger::ExpiredSession>> expired(Instant by, std::size_t limit) override;
  Result<std::vector<ledger::PastSession>> past_sessions_of(const Handle& handle, const VisitorId& visitor) override;
  Result<EventId> end_of_former_lives(const Handle& handle, const SessionId& session) override;
  Result<void> read_journal(ledger::Position after,
                            const std::function<bool(ledger::Position, Instant, std::string_view)>& row) override;
  Result<ledger::Position> position_before(Instant at) override;
  Result<ledger::Position> checkpoint() override;
  Result<ledger::Position> last_position() override;
  Result<std::vector<Denial>> denied() override;
  Result<std::vector<Erasure>> erasures() override;
  Result<std::uint64_t> erasures_waiting() override;

 private:
  Facts& facts_;
};

class MemoryTraitStore final : public commit::TraitStore {
 public:
  explicit MemoryTraitStore(Facts& facts) : facts_(facts) {}
  Result<Stored> traits(const Handle& handle) override { return of(facts_.traits, handle); }
  Result<Stored> counters(const Handle& handle) override { return of(facts_.counters, handle); }

 private:
  Stored of(const std::map<Handle, Stored>& all, const Handle& handle) {
    const std::lock_guard lock(facts_.mutex);
    const auto found = all.find(handle);
    return found == all.end() ? Stored{} : found->second;
  }
  Facts& facts_;
};

class MemoryRuleStore final : public rules::RuleStore, public rules::RuleHistory {
 public:
  explicit MemoryRuleStore(Facts& facts) : facts_(facts) {}
  Result<rules::StoredRules> rules(const Handle& handle) override;
  Result<rules::StoredRules> rules_at(const Handle& handle, std::uint64_t version) override;
  Result<std::vector<rules::RulesVersion>> versions(const Handle& handle, std::uint64_t before,
                                                    std::size_t limit) override;
  Result<std::vector<rules::RulesVersion>> versions_of(const Handle& handle, const RuleId& rule, std::uint64_t before,
                                                       std::size_t limit) override;
  Result<std::uint64_t> version_by(const Handle& handle, Instant at) override;
  Result<std::vector<rules::SupersededRule>> superseded(const Handle& handle, std::uint64_t first,
                                                        std::size_t limit) override;

 private:
  std::uint64_t oldest(const Handle& handle) const;
  std::uint64_t newest(const Handle& handle) const;
  rules::StoredRules read(const Handle& handle, std::uint64_t version) const;
  Facts& facts_;
};

}  // namespace beckon::store
