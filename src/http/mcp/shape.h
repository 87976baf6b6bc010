// Shortens results for a model: a JSON value is cut down to what a schema describes. It is the schema shown to the
// client (`outputSchema`), so the promise and the result cannot differ. Pure, thread-safe.
#pragma once
#include <string>

#include "base/json.h"

namespace beckon::mcp {

// An object whose schema has `properties` keeps only those, unless the schema also says "additionalProperties": true; a
// list whose schema has `maxItems` keeps the first ones. What a schema does not describe is kept as it is. If a list
// was cut, the object gets the member `cut`: a sentence for each, such as "explanation: the first 10 of 37."
std::string shaped(const json::Value& value, const json::Value& schema);

}  // namespace beckon::mcp
