#pragma once

// The deliveries d of a session's events e, by handle ?1 and session ?2. Their indexes are named, as wherever else the
// deliveries of an event are read: SQLite knows no better than to read all of the handle's events or deliveries.
#define BECKON_DELIVERIES_OF_SESSION                                                        \
  "event e INDEXED BY event_by_session CROSS JOIN delivery d INDEXED BY delivery_by_event " \
  "ON d.event = e.id AND d.handle = e.handle WHERE e.handle = ?1 AND e.session = ?2 AND e.session <> '' "
