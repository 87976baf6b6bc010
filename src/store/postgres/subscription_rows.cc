#include "store/postgres/batch_rows.h"
#include "store/subscription_text.h"

namespace beckon::store::postgres {

// A deleted subscription does not come back.
void apply(Writing& writing, const outbox::Subscription& s) {
  const Shard shard = writing.touch(s.handle);
  writing.shards.put(s.id, shard);
  writing.deliveries.clear();  // their standing may have changed
  writing.standings.clear();
  writing.connection.run(
      "INSERT INTO subscription (shard, handle, id, endpoint_url, event_types, description, sealed_headers, "
      "rate_per_second, ordering, enabled, disabled_reason, sealed_secret, sealed_previous_secret, previous_until, "
      "created_at, updated_at, failing_since, format) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) "
      "ON CONFLICT (shard, handle, id) DO UPDATE SET endpoint_url = excluded.endpoint_url, "
      "event_types = excluded.event_types, description = excluded.description, "
      "sealed_headers = excluded.sealed_headers, rate_per_second = excluded.rate_per_second, "
      "ordering = excluded.ordering, enabled = excluded.enabled, disabled_reason = excluded.disabled_reason, "
      "sealed_secret = excluded.sealed_secret, sealed_previous_secret = excluded.sealed_previous_secret, "
      "previous_until = excluded.previous_until, created_at = excluded.created_at, updated_at = excluded.updated_at, "
      "failing_since = excluded.failing_since, format = excluded.format WHERE NOT subscription.deleted",
      shard, s.handle, s.id, s.endpoint_url, types_text(s), Blob{s.description}, headers_text(s.headers),
      s.rate_per_second, s.ordering, s.enabled, Blob{s.disabled_reason}, Blob{s.sealed_secret},
      Blob{s.sealed_previous_secret}, s.previous_until, s.created_at, s.updated_at, s.failing_since, s.format);
}

void mark_deleted(Writing& writing, const SubscriptionId& id) {
  writing.deliveries.clear();
  writing.standings.clear();
  writing.connection.run(
      "UPDATE subscription SET deleted = true, enabled = false, sealed_headers = '[]', sealed_secret = '', "
      "sealed_previous_secret = '', updated_at = $3 WHERE shard = ANY($1::bigint[]) AND id = $2 AND NOT deleted",
      writing.touch(writing.shards.of(id)), id, writing.at());
}

}  // namespace beckon::store::postgres
