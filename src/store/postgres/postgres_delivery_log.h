// outbox::DeliveryLog over PostgreSQL and what is owed without rows, which is read first as in PostgresOutbox.
// Thread-safe: each call borrows a reader.
#pragma once
#include "outbox/delivery_log.h"
#include "outbox/owed.h"
#include "store/postgres/readers.h"
#include "store/postgres/shards.h"

namespace beckon::store::postgres {

class PostgresDeliveryLog final : public outbox::DeliveryLog {
 public:
  PostgresDeliveryLog(Readers& readers, const Shards& shards, const outbox::OwedTable& owed)
      : readers_(readers), shards_(shards), owed_(owed) {}

  Result<outbox::FoundDeliveries> search(const Handle& handle, const outbox::DeliverySearch& search,
                                         const std::optional<outbox::DeliveryPlace>& behind,
                                         std::size_t limit) override;
  Result<outbox::EndpointLog> log_of(const SubscriptionId& subscription, Instant since, std::size_t limit) override;

 private:
  Readers& readers_;
  const Shards& shards_;
  const outbox::OwedTable& owed_;
};

}  // namespace beckon::store::postgres
