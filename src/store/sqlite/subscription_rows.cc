#include "store/sqlite/batch_rows.h"
#include "store/subscription_text.h"

namespace beckon::store {

using outbox::Subscription;

// A deleted subscription does not come back.
void apply(Writing& writing, const Subscription& s) {
  writing.standings.clear();
  const std::string types = types_text(s), headers = headers_text(s.headers);
  writing.connection.run(
      "INSERT INTO subscription (handle, id, endpoint_url, event_types, description, sealed_headers, rate_per_second, "
      "ordering, enabled, disabled_reason, sealed_secret, sealed_previous_secret, previous_until, created_at, "
      "updated_at, failing_since, format) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17) "
      "ON CONFLICT (handle, id) DO UPDATE SET endpoint_url = excluded.endpoint_url, "
      "event_types = excluded.event_types, description = excluded.description, "
      "sealed_headers = excluded.sealed_headers, "
      "rate_per_second = excluded.rate_per_second, ordering = excluded.ordering, enabled = excluded.enabled, "
      "disabled_reason = excluded.disabled_reason, sealed_secret = excluded.sealed_secret, "
      "sealed_previous_secret = excluded.sealed_previous_secret, previous_until = excluded.previous_until, "
      "created_at = excluded.created_at, updated_at = excluded.updated_at, failing_since = excluded.failing_since, "
      "format = excluded.format "
      "WHERE deleted = 0",
      s.handle, s.id, s.endpoint_url, types, s.description, headers, s.rate_per_second, s.ordering, s.enabled,
      s.disabled_reason, Blob{s.sealed_secret}, Blob{s.sealed_previous_secret}, s.previous_until, s.created_at,
      s.updated_at, s.failing_since, s.format);
}

void mark_deleted(Writing& writing, const SubscriptionId& id) {
  writing.standings.clear();
  writing.connection.run(
      "UPDATE subscription SET deleted = 1, enabled = 0, sealed_headers = '[]', sealed_secret = x'', "
      "sealed_previous_secret = x'', updated_at = ?2 WHERE id = ?1 AND deleted = 0",
      id, writing.at);
}

}  // namespace beckon::store
