// The event catalog: every type that may be subscribed to, with the schema of its body and an example. It is what the
// API's description says under `webhooks`, so that there is one description and a test holds it against what is sent.
#pragma once
#include <string>
#include <string_view>

#include "base/json.h"

namespace beckon::http {

// `openapi` is the text of the description. The JSON text of an array of {"type","description","schema","example"};
// each schema stands alone: what it refers to is written in its place. CHECK: the description is in order.
std::string event_catalog(std::string_view openapi);

// Appends `value` with each {"$ref":"#/…"} in it replaced by what it refers to in `root`; other members beside a $ref
// lie over those of what it refers to. Precondition: no reference leads back to itself, and each leads somewhere.
void append_inlined(std::string& out, const json::Value& value, const json::Value& root);

}  // namespace beckon::http
