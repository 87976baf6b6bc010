// The text of a webhook request: {"id","type","handle","occurredAt","payload"}. Contract section 6.
#pragma once
#include <string>
#include <string_view>

#include "base/id.h"
#include "base/instant.h"

namespace beckon::outbox {

// `payload` is the JSON text of an object. The result is what is stored, signed and sent, byte for byte.
std::string event_body(const EventId& id, std::string_view type, const Handle& handle, Instant occurred_at,
                       std::string_view payload);

}  // namespace beckon::outbox
