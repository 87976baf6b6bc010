// How an event is written into a request, as its subscription has chosen. Pure, thread-safe.
//
//   beckon               {"id","type","handle","occurredAt","payload"}: as it is stored (event_body.h)
//   cloudevents          CloudEvents 1.0, structured: one JSON object with all of it
//   cloudevents-binary   CloudEvents 1.0, binary: the payload is the body, the rest is headers (ce-id, ce-type …)
//
// For CloudEvents, `source` is "/v2/handles/{handle}", `subject` the visitor if the payload names one, and the
// extension `sessionid` the session.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "outbox/signature.h"

namespace beckon::outbox {

enum class EventFormat : std::uint8_t { kBeckon = 0, kCloudEvents = 1, kCloudEventsBinary = 2 };

std::string_view to_text(EventFormat format);                          // as above
std::optional<EventFormat> parse_event_format(std::string_view text);  // the inverse; exactly these texts

struct WrittenEvent {
  Headers headers;  // content-type, and those of the binary mode
  std::shared_ptr<const std::string> body;
};

// `stored` is the result of event_body().
WrittenEvent written_as(EventFormat format, std::shared_ptr<const std::string> stored);

// The format of a request with these headers (names in lower case).
EventFormat format_of(const Headers& headers);

}  // namespace beckon::outbox
