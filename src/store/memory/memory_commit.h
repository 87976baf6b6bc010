// commit::Commit over containers: a batch is applied under the lock, or refused whole where a test wishes so.
#pragma once
#include <functional>
#include <optional>

#include "store/memory/facts.h"

namespace beckon::store {

class MemoryCommit final : public commit::Commit {
 public:
  explicit MemoryCommit(Facts& facts) : facts_(facts) {}
  std::expected<commit::Receipt, commit::CommitFault> write(const commit::Batch& batch) override;

  // The next write is refused, and nothing of it kept; after kBroken all are. Thread-safe.
  void refuse_next(commit::CommitFault fault);

 private:
  void write_ledger(const commit::Batch& batch);
  void erase(const commit::Erase& erase, Instant at);
  void write_outbox(const commit::Batch& batch, std::vector<SubscriptionId>& unfinished);
  void add(const outbox::Event& event);
  void add(outbox::Delivery delivery, Instant at);
  static void add(OwedDelivery& row, const outbox::Attempt& attempt);
  void write_log(const commit::Batch& batch);
  void forget_event(const Handle& handle, const EventId& id);
  void change(const DeliveryId& id, const std::function<bool(outbox::Delivery&)>& transition);
  void settle_one(const outbox::Settlement& settlement, Instant at);
  void withdraw(const std::vector<DeliveryId>& ids, std::string_view reason, Instant at);
  void come_earlier(Duration by, Instant at);
  void write_control(const commit::Batch& batch);

  Facts& facts_;
  std::optional<commit::CommitFault> refusal_;  // under the facts' lock
};

}  // namespace beckon::store
