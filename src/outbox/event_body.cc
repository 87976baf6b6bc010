#include "outbox/event_body.h"

#include "base/json.h"

namespace beckon::outbox {

std::string event_body(const EventId& id, std::string_view type, const Handle& handle, Instant occurred_at,
                       std::string_view payload) {
  std::string text;
  text.reserve(payload.size() + 192);
  json::Writer(text)
      .begin_object()
      .member("id", id.view())
      .member("type", type)
      .member("handle", handle.view())
      .member("occurredAt", to_rfc3339(occurred_at))
      .member_raw("payload", payload)
      .end_object();
  return text;
}

}  // namespace beckon::outbox
