// outbox::DeliveryLog over SQLite and what is owed without rows, which is read first as in SqliteOutbox. Thread-safe:
// each call borrows a reader.
#pragma once
#include "outbox/delivery_log.h"
#include "outbox/owed.h"
#include "store/sqlite/readers.h"

namespace beckon::store {

class SqliteDeliveryLog final : public outbox::DeliveryLog {
 public:
  SqliteDeliveryLog(Readers& readers, const outbox::OwedTable& owed) : readers_(readers), owed_(owed) {}

  Result<outbox::FoundDeliveries> search(const Handle& handle, const outbox::DeliverySearch& search,
                                         const std::optional<outbox::DeliveryPlace>& behind,
                                         std::size_t limit) override;
  Result<outbox::EndpointLog> log_of(const SubscriptionId& subscription, Instant since, std::size_t limit) override;

  // The SQL queries, public for the test that each reads only what it must by walking an index in order.
  static const char* const kOfHandle;     // ?1 handle, ?2 since, ?3 and ?4 the place to start after; next two likewise
  static const char* const kOfEndpoint;   // ?1 subscription
  static const char* const kUndelivered;  // ?1 handle
  static const char* const kLog;          // ?1 subscription, ?2 since, ?3 limit
  static const char* const kDue;          // ?1 subscription, ?2 limit; the next one likewise
  static const char* const kHeld;

 private:
  Readers& readers_;
  const outbox::OwedTable& owed_;
};

}  // namespace beckon::store
