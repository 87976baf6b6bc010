// decision::Commit over containers: a batch is applied under the lock, or refused whole where a test wishes so.
#pragma once
#include <optional>

#include "store/memory/facts.h"

namespace beckon::store {

class MemoryCommit final : public decision::Commit {
 public:
  explicit MemoryCommit(Facts& facts) : facts_(facts) {}
  std::expected<decision::Receipt, decision::CommitFault> write(const decision::Batch& batch) override;

  // The next write is refused, and nothing of it kept; after kBroken all are. Thread-safe.
  void refuse_next(decision::CommitFault fault);

 private:
  void write_ledger(const decision::Batch& batch);
  void erase(const decision::Erase& erase, Instant at);
  void write_outbox(const decision::Batch& batch, std::vector<SubscriptionId>& unfinished);
  void add(const outbox::Event& event);
  void add(outbox::Delivery delivery, Instant at);
  static void add(OwedDelivery& row, const outbox::Attempt& attempt);
  void write_log(const decision::Batch& batch);
  void forget_event(const Handle& handle, const EventId& id);
  void settle_one(const outbox::Settlement& settlement, Instant at);
  void withdraw(const std::vector<DeliveryId>& ids, std::string_view reason, Instant at);
  void come_earlier(Duration by, Instant at);
  void write_control(const decision::Batch& batch);

  Facts& facts_;
  std::optional<decision::CommitFault> refusal_;  // under the facts' lock
};

}  // namespace beckon::store
