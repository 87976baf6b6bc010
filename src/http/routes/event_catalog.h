// The event catalog: every event type with the schema of its body and an example. It is taken from `webhooks` in the
// OpenAPI document, so that there is one description, which a test compares with actual deliveries.
#pragma once
#include <string>
#include <string_view>

#include "base/json.h"

namespace beckon::http {

// `openapi` is the text of the document. Returns the JSON text of an array of
// {"type","description","schema","example"}; each schema is self-contained, with references inlined. CHECK: the
// document is valid.
std::string event_catalog(std::string_view openapi);

// Appends `value` with each {"$ref":"#/…"} replaced by its target in `root`; members next to a $ref override those of
// the target. Precondition: references are not circular, and every target exists.
void append_inlined(std::string& out, const json::Value& value, const json::Value& root);

}  // namespace beckon::http
