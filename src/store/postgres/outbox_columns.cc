#include "store/postgres/outbox_columns.h"

#include "store/subscription_text.h"

namespace beckon::store::postgres {

outbox::Delivery delivery_from(const Rows& row) {
  outbox::Delivery d;
  d.id = DeliveryId(row.text(0));
  d.event = EventId(row.text(1));
  d.subscription = SubscriptionId(row.text(2));
  d.handle = Handle(row.text(3));
  d.event_type = row.text(4);
  d.session = SessionId(row.text(5));
  d.state = static_cast<outbox::DeliveryState>(row.integer(6));
  d.attempts = static_cast<int>(row.integer(7));
  d.schedule_step = static_cast<int>(row.integer(8));
  d.created_at = row.instant(9);
  d.next_attempt_at = row.instant(10);
  d.ended_at = row.instant(11);
  d.reason = row.text(12);
  d.last_status = static_cast<int>(row.integer(13));
  d.rule = RuleId(row.text(14));
  d.anchor_at = row.instant(15);
  d.valid_until = row.instant(16);
  d.held_at = row.instant(17);
  d.ordered = row.integer(18) != 0;
  d.same = row.whole(19);
  return d;
}

std::vector<outbox::Delivery> deliveries_from(Rows rows) {
  std::vector<outbox::Delivery> found;
  while (rows.next()) found.push_back(delivery_from(rows));
  return found;
}

outbox::Subscription subscription_from(const Rows& row) {
  outbox::Subscription s;
  s.handle = Handle(row.text(0));
  s.id = SubscriptionId(row.text(1));
  s.endpoint_url = row.text(2);
  s.description = row.text(4);
  if (!read_types(row.text(3), s) || !read_headers(row.text(5), s))
    throw PostgresError("XX001", "a subscription's types or headers are damaged");
  if (!row.is_null(6)) s.rate_per_second = static_cast<int>(row.integer(6));
  s.ordering = static_cast<outbox::Ordering>(row.integer(7));
  s.enabled = row.integer(8) != 0;
  s.disabled_reason = row.text(9);
  s.sealed_secret = row.text(10);
  s.sealed_previous_secret = row.text(11);
  s.previous_until = row.instant(12);
  s.created_at = row.instant(13);
  s.updated_at = row.instant(14);
  s.failing_since = row.instant(15);
  s.format = static_cast<outbox::EventFormat>(row.integer(16));
  return s;
}

outbox::Event event_from(const Rows& row) {
  outbox::Event event{.id = EventId(row.text(1)), .handle = Handle(row.text(0))};
  event.type = row.text(2);
  event.occurred_at = row.instant(3);
  event.session = SessionId(row.text(4));
  event.cause = row.text(5);
  event.body = row.text(6);
  event.unmatched = row.integer(7) != 0;
  return event;
}

outbox::Attempt attempt_from(const Rows& row) {
  outbox::Attempt a;
  a.number = static_cast<int>(row.integer(0));
  a.at = row.instant(1);
  a.outcome = static_cast<outbox::AttemptOutcome>(row.integer(2));
  a.status = static_cast<int>(row.integer(3));
  a.error = row.text(4);
  a.dns_us = row.integer(5);
  a.connect_us = row.integer(6);
  a.tls_us = row.integer(7);
  a.first_byte_us = row.integer(8);
  a.total_us = row.integer(9);
  a.url = row.text(10);
  a.request_headers = row.text(11);
  a.response_headers = row.text(12);
  a.response_headers_cut = row.integer(13) != 0;
  a.response_body = row.text(14);
  return a;
}

}  // namespace beckon::store::postgres
