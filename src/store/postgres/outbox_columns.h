// Reads rows of the outbox into its types.
#pragma once
#include <vector>

#include "outbox/delivery.h"
#include "outbox/subscription.h"
#include "store/postgres/connection.h"

namespace beckon::store::postgres {

// The columns that delivery_from reads, of a table named d.
#define BECKON_PG_DELIVERY_COLUMNS                                                          \
  "d.id, d.event, d.subscription, d.handle, d.event_type, d.session, d.state, d.attempts, " \
  "d.schedule_step, d.created_at, d.next_attempt_at, d.ended_at, d.reason, d.last_status, " \
  "d.rule, d.anchor_at, d.valid_until, d.held_at, d.turn > 0, d.same "
inline constexpr int kDeliveryColumns = 20;
outbox::Delivery delivery_from(const Rows& row);
std::vector<outbox::Delivery> deliveries_from(Rows rows);

// The columns that subscription_from reads.
#define BECKON_PG_SUBSCRIPTION_COLUMNS                                                                              \
  "handle, id, endpoint_url, event_types, description, sealed_headers, rate_per_second, ordering, enabled, "        \
  "disabled_reason, sealed_secret, sealed_previous_secret, previous_until, created_at, updated_at, failing_since, " \
  "format "
outbox::Subscription subscription_from(const Rows& row);

// The columns that event_from reads.
#define BECKON_PG_EVENT_COLUMNS "handle, id, type, occurred_at, session, cause, body, unmatched "
outbox::Event event_from(const Rows& row);

// The columns that attempt_from reads.
#define BECKON_PG_ATTEMPT_COLUMNS                                                                  \
  "number, at, outcome, status, error, dns_us, connect_us, tls_us, first_byte_us, total_us, url, " \
  "request_headers, response_headers, response_headers_cut, response_body "
outbox::Attempt attempt_from(const Rows& row);

}  // namespace beckon::store::postgres
