// outbox::DeliveryLog over SQLite. Thread-safe: each call borrows a reader.
#pragma once
#include "outbox/delivery_log.h"
#include "store/sqlite/readers.h"

namespace beckon::store {

class SqliteDeliveryLog final : public outbox::DeliveryLog {
 public:
  explicit SqliteDeliveryLog(Readers& readers) : readers_(readers) {}

  Result<outbox::FoundDeliveries> search(const Handle& handle, const outbox::DeliverySearch& search,
                                         const std::optional<outbox::DeliveryPlace>& behind,
                                         std::size_t limit) override;
  Result<outbox::EndpointLog> log_of(const SubscriptionId& subscription, Instant since, std::size_t limit) override;

  // What SQLite is asked. Public for the test that it reads no more than it must: each walks an index, in its order.
  static const char* const kOfHandle;     // ?1 handle, ?2 since, ?3 and ?4 the place behind which, as the next two
  static const char* const kOfEndpoint;   // ?1 subscription
  static const char* const kUndelivered;  // ?1 handle
  static const char* const kLog;          // ?1 subscription, ?2 since, ?3 how many
  static const char* const kDue;          // ?1 subscription, ?2 how many, as the next
  static const char* const kHeld;

 private:
  Readers& readers_;
};

}  // namespace beckon::store
