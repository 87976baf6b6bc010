// outbox::Outbox over PostgreSQL and what is owed without rows, which is read first: a delivery that gets a row
// meanwhile is then found twice rather than not at all, and the row counts. Thread-safe: each call borrows a reader.
#pragma once
#include "outbox/outbox.h"
#include "outbox/owed.h"
#include "store/postgres/readers.h"
#include "store/postgres/shards.h"

namespace beckon::store::postgres {

class PostgresOutbox final : public outbox::Outbox {
 public:
  PostgresOutbox(Readers& readers, const Shards& shards, const outbox::OwedTable& owed)
      : readers_(readers), shards_(shards), owed_(owed) {}

  Result<std::vector<outbox::Subscription>> subscriptions() override;
  Result<std::vector<outbox::Due>> due(const SubscriptionId& subscription, Instant now, std::size_t limit,
                                       const InHand& in_hand) override;
  Result<std::optional<Instant>> next_due(const SubscriptionId& subscription) override;
  Result<std::vector<outbox::Delivery>> deliveries(const Handle& handle, const SubscriptionId& subscription,
                                                   std::size_t limit) override;
  Result<std::optional<outbox::Delivery>> delivery(const Handle& handle, const DeliveryId& id) override;
  Result<std::vector<outbox::Attempt>> attempts(const DeliveryId& id) override;
  Result<std::optional<outbox::Event>> event(const Handle& handle, const EventId& id) override;
  Result<std::vector<outbox::Delivery>> deliveries_of(const Handle& handle, const EventId& id) override;
  Result<std::vector<outbox::Delivery>> deliveries_of(const Handle& handle, const SessionId& id,
                                                      std::size_t limit) override;
  Result<std::vector<outbox::Event>> events_of(const Handle& handle, const SessionId& id, const EventId& behind,
                                               std::size_t limit) override;
  Result<std::vector<outbox::Delivery>> held_before(Instant before, std::size_t limit) override;
  Result<std::vector<outbox::Delivery>> oldest(const DeliveryId& behind, std::size_t limit) override;
  Result<std::vector<std::pair<Handle, EventId>>> unmatched_before(Instant before, std::size_t limit) override;
  Result<std::vector<SubscriptionId>> deleted_with_pending() override;
  Result<std::vector<outbox::Delivery>> replayable(const SubscriptionId& subscription, const outbox::ReplayRange& range,
                                                   const outbox::DeliveryPlace& behind, std::size_t limit) override;
  Result<std::uint64_t> count_replayable(const SubscriptionId& subscription, const outbox::ReplayRange& range) override;
  Result<std::vector<outbox::Replay>> running_replays() override;
  Result<std::vector<outbox::Replay>> replays(const Handle& handle, const SubscriptionId& subscription) override;
  Result<std::optional<outbox::Replay>> replay(const Handle& handle, const ReplayId& id) override;
  Result<bool> was_known(const Handle& handle, const SubscriptionId& id) override;
  Result<Backlog> backlog() override;

 private:
  Readers& readers_;
  const Shards& shards_;
  const outbox::OwedTable& owed_;
};

}  // namespace beckon::store::postgres
