// Reads rows of the outbox into its types.
#pragma once
#include "outbox/delivery.h"
#include "outbox/subscription.h"
#include "store/sqlite/connection.h"

namespace beckon::store {

// The columns that delivery_from reads, of a table named d.
#define BECKON_DELIVERY_COLUMNS                                                             \
  "d.id, d.event, d.subscription, d.handle, d.event_type, d.session, d.state, d.attempts, " \
  "d.schedule_step, d.created_at, d.next_attempt_at, d.ended_at, d.reason, d.last_status, " \
  "d.rule, d.anchor_at, d.valid_until, d.held_at, d.turn > 0, d.same "
inline constexpr int kDeliveryColumns = 20;
outbox::Delivery delivery_from(const Query& row);

// The deliveries d of a session's events e, by handle ?1 and session ?2. Their indexes are named, as wherever else the
// deliveries of an event are read: SQLite knows no better than to read all of the handle's events or deliveries.
#define BECKON_DELIVERIES_OF_SESSION                                                        \
  "event e INDEXED BY event_by_session CROSS JOIN delivery d INDEXED BY delivery_by_event " \
  "ON d.event = e.id AND d.handle = e.handle WHERE e.handle = ?1 AND e.session = ?2 AND e.session <> '' "

// The columns that subscription_from reads.
#define BECKON_SUBSCRIPTION_COLUMNS                                                                                 \
  "handle, id, endpoint_url, event_types, description, sealed_headers, rate_per_second, ordering, enabled, "        \
  "disabled_reason, sealed_secret, sealed_previous_secret, previous_until, created_at, updated_at, failing_since, " \
  "format "
outbox::Subscription subscription_from(const Query& row);

// The columns that event_from reads.
#define BECKON_EVENT_COLUMNS "handle, id, type, occurred_at, session, cause, body, unmatched "
outbox::Event event_from(const Query& row);

// The columns that attempt_from reads.
#define BECKON_ATTEMPT_COLUMNS                                                                     \
  "number, at, outcome, status, error, dns_us, connect_us, tls_us, first_byte_us, total_us, url, " \
  "request_headers, response_headers, response_headers_cut, response_body "
outbox::Attempt attempt_from(const Query& row);

}  // namespace beckon::store
