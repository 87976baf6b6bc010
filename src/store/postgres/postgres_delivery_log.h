// outbox::DeliveryLog over PostgreSQL. Thread-safe: each call borrows a reader.
#pragma once
#include "outbox/delivery_log.h"
#include "store/postgres/readers.h"
#include "store/postgres/shards.h"

namespace beckon::store::postgres {

class PostgresDeliveryLog final : public outbox::DeliveryLog {
 public:
  PostgresDeliveryLog(Readers& readers, const Shards& shards) : readers_(readers), shards_(shards) {}

  Result<outbox::FoundDeliveries> search(const Handle& handle, const outbox::DeliverySearch& search,
                                         const std::optional<outbox::DeliveryPlace>& behind,
                                         std::size_t limit) override;
  Result<outbox::EndpointLog> log_of(const SubscriptionId& subscription, Instant since, std::size_t limit) override;

 private:
  Readers& readers_;
  const Shards& shards_;
};

}  // namespace beckon::store::postgres
