// outbox::DeliveryLog over containers. Thread-safe by the facts' lock.
#pragma once
#include "outbox/delivery_log.h"
#include "store/memory/facts.h"

namespace beckon::store {

class MemoryDeliveryLog final : public outbox::DeliveryLog {
 public:
  explicit MemoryDeliveryLog(Facts& facts) : facts_(facts) {}

  Result<outbox::FoundDeliveries> search(const Handle& handle, const outbox::DeliverySearch& search,
                                         const std::optional<outbox::DeliveryPlace>& behind,
                                         std::size_t limit) override;
  Result<outbox::EndpointLog> log_of(const SubscriptionId& subscription, Instant since, std::size_t limit) override;

 private:
  Facts& facts_;
};

}  // namespace beckon::store
