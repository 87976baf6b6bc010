// A store in plain containers under one lock, for tests and the simulator. It passes the same suite as SqliteStore.
#pragma once
#include "store/memory/memory_analytics.h"
#include "store/memory/memory_commit.h"
#include "store/memory/memory_delivery_log.h"
#include "store/memory/memory_directory.h"
#include "store/memory/memory_ledger.h"
#include "store/memory/memory_outbox.h"
#include "store/memory/memory_timers.h"
#include "store/store.h"

namespace beckon::store {

class MemoryStore final : public Store {
 public:
  MemoryCommit& commit() override { return commit_; }
  ledger::Ledger& ledger() override { return ledger_; }
  outbox::Outbox& outbox() override { return outbox_; }
  outbox::DeliveryLog& delivery_log() override { return delivery_log_; }
  delayed::Timers& timers() override { return timers_; }
  commit::Analytics& analytics() override { return analytics_; }
  rules::RuleStore& rules() override { return rules_; }
  rules::RuleHistory& rule_history() override { return rules_; }
  commit::TraitStore& traits() override { return traits_; }
  access::Directory& directory() override { return directory_; }
  Result<ControlChanges> control_changes(std::uint64_t version) override {
    const std::lock_guard lock(facts_.mutex);
    ControlChanges changes{.version = facts_.control_version, .allowlist = facts_.changed_allowlist > version};
    for (const auto& [handle, at] : facts_.changed_handles)
      if (at > version) changes.handles.push_back(handle);
    return changes;
  }
  // As made: everything is gone.
  void clear() {
    const std::lock_guard lock(facts_.mutex);
    static_cast<StoredFacts&>(facts_) = StoredFacts{};
  }
  Capabilities can() const override { return {}; }
  std::expected<void, commit::CommitFault> maintain() override { return {}; }
  std::expected<void, commit::CommitFault> purge() override { return {}; }

 private:
  Facts facts_;
  MemoryCommit commit_{facts_};
  MemoryLedger ledger_{facts_};
  MemoryOutbox outbox_{facts_};
  MemoryDeliveryLog delivery_log_{facts_};
  MemoryTimers timers_{facts_};
  MemoryAnalytics analytics_{facts_};
  MemoryRuleStore rules_{facts_};
  MemoryTraitStore traits_{facts_};
  MemoryDirectory directory_{facts_};
};

}  // namespace beckon::store
